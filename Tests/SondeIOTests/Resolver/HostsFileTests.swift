// SPDX-License-Identifier: Apache-2.0

import SondeIO
import SondeModel
import Testing

@Suite struct HostsFileTests {
    private let hosts = HostsFile(
        parsing: Array(
            """
            # comment
            10.0.0.1\tOne.test one # last
            10.0.0.1 other.test
            10.0.0.2 one
            fe80::1%2 link.test
            nonsense two
            10.0.0.3
            """.utf8
        )
    )

    @Test("a name has all its addresses, in order and whatever its case")
    func addresses() {
        #expect(hosts.addresses(of: "ONE").map(\.description) == ["10.0.0.1", "10.0.0.2"])
        #expect(hosts.addresses(of: "one.test").map(\.description) == ["10.0.0.1"])
        #expect(hosts.addresses(of: "two").isEmpty)
        #expect(hosts.addresses(of: "#").isEmpty)
    }

    @Test("an address has the first name of its first line")
    func names() throws {
        #expect(hosts.name(of: try #require(IPAddress("10.0.0.1"))) == "One.test")
        #expect(hosts.name(of: try #require(IPAddress("fe80::1"))) == "link.test")
        #expect(hosts.name(of: try #require(IPAddress("10.0.0.3"))) == nil)
    }

    @Test("localhost is known without a file, and a file may rename it")
    func localhost() throws {
        let loopback = try #require(IPAddress("127.0.0.1"))
        #expect(HostsFile().name(of: loopback) == "localhost")
        #expect(HostsFile().addresses(of: "localhost").count == 2)
        #expect(HostsFile(parsing: Array("127.0.0.1 me".utf8)).name(of: loopback) == "me")
    }
}
