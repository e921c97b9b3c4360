// SPDX-License-Identifier: Apache-2.0

import SondeModel
import Testing

@Suite struct IPAddressTests {
    @Test(
        "text forms are read and written back in the usual form",
        arguments: [
            ("127.0.0.1", "127.0.0.1"), ("::1", "::1"), ("::", "::"), ("2001:DB8:0:0:0:0:0:1", "2001:db8::1"),
            ("fe80::1%3", "fe80::1%3"), ("::ffff:1.2.3.4", "::ffff:1.2.3.4"),
            ("1:0:0:2:0:0:0:3", "1:0:0:2::3"),
        ]
    )
    func readAndWrite(text: String, expected: String) throws {
        #expect(try #require(IPAddress(text)).description == expected)
    }

    @Test(
        "what is no address is refused",
        arguments: [
            "", "1.2.3", "1.2.3.256", "1.2.3.4.5", ":", ":::", "1::2::3", "12345::", "::g", "1.2.3.a",
        ]
    )
    func refused(text: String) { #expect(IPAddress(text) == nil) }

    @Test("octets come back as they were given")
    func octets() throws {
        let octets: [UInt8] = [10, 20, 30, 40]
        #expect(try #require(IPAddress(octets: octets)).octets == octets)
        #expect(IPAddress(octets: [1, 2, 3]) == nil)
    }

    @Test("a network holds the addresses with its prefix and no others")
    func networks() throws {
        let network = try #require(IPNetwork(parsing: "192.0.2.77/28"))
        #expect(network.description == "192.0.2.64/28")
        #expect(network.contains(try #require(IPAddress("192.0.2.79"))))
        #expect(!network.contains(try #require(IPAddress("192.0.2.80"))))
        #expect(IPNetwork(parsing: "192.0.2.0/33") == nil)
    }
}
