// SPDX-License-Identifier: Apache-2.0

import SondeIO
import SondeModel
import Testing

@Suite struct ResolverConfigurationTests {
    @Test("servers, domains and options are read from the system's file; the rest is passed over")
    func file() {
        let text = """
            # comment
            nameserver 192.0.2.53
            nameserver nonsense
            nameserver\t2001:db8::53
            search a.test b.test
            options ndots:2 timeout:3 attempts:4 rotate edns0 ndots:x timeout
            sortlist 10.0.0.0
            """
        let configuration = ResolverConfiguration(parsing: Array(text.utf8))
        #expect(configuration.servers.map(\.description) == ["192.0.2.53:53", "[2001:db8::53]:53"])
        #expect(configuration.searchDomains == ["a.test", "b.test"])
        #expect(configuration.dotsForAbsolute == 2)
        #expect(configuration.timeout == .seconds(3))
        #expect(configuration.attempts == 4)
    }

    @Test("users' lists of servers may have ports and names")
    func list() {
        let text =
            "192.0.2.1,192.0.2.2:5353 2001:db8::1, [2001:db8::2]:54 [2001:db8::3] ns.example.test 192.0.2.3:0"
        let list = ResolverConfiguration.servers(in: text)
        let expected = [
            "192.0.2.1:53", "192.0.2.2:5353", "[2001:db8::1]:53", "[2001:db8::2]:54", "[2001:db8::3]:53",
        ]
        #expect(list.servers.map(\.description) == expected)
        #expect(list.others == ["ns.example.test", "192.0.2.3:0"])
    }

    @Test("any octets make a configuration, and a hosts file")
    func noise() {
        var generator = SystemRandomNumberGenerator()
        let words = [
            "nameserver", "options", "ndots:", "timeout:99999999999999999999", "127.0.0.1", " ", "\n", "#",
            "\t", ":",
        ]
        for _ in 0..<500 {
            var octets: [UInt8] = []
            for _ in 0..<20 {
                octets += Array((words.randomElement(using: &generator) ?? "").utf8)
                if Bool.random(using: &generator) { octets.append(.random(in: 0...255, using: &generator)) }
            }
            let configuration = ResolverConfiguration(parsing: octets, hosts: HostsFile(parsing: octets))
            #expect((0...15).contains(configuration.dotsForAbsolute))
        }
    }
}
