// SPDX-License-Identifier: Apache-2.0

import SondeModel
import Testing

@testable import SondeIO

@Suite struct ScriptScopeTests {
    private func address(_ text: String, _ port: UInt16 = 80) throws -> SocketAddress {
        SocketAddress(try #require(IPAddress(text)), port: port)
    }

    private func network(_ text: String) throws -> IPNetwork { try #require(IPNetwork(parsing: text)) }

    private func typed(_ text: String) -> TypedPlaces {
        var places = TypedPlaces()
        places.note(text)
        return places
    }

    @Test("targets are in scope, what nobody typed is not, in whatever guise")
    func targets() throws {
        let scope = ScriptScope(isOpen: false, targets: [NetworkSet([try network("192.0.2.0/24")])])
        #expect(scope.permits(try address("192.0.2.9")))
        #expect(scope.permits(try address("::ffff:192.0.2.9")))
        for outside in ["192.0.3.1", "::1", "::ffff:192.0.3.1", "2002:c000:209::1", "64:ff9b::c000:209"] {
            #expect(!scope.permits(try address(outside)), "\(outside)")
        }
        #expect(ScriptScope(isOpen: true).permits(try address("203.0.113.1")))
    }

    @Test("the unspecified address is this machine")
    func unspecified() throws {
        let loopback = ScriptScope(isOpen: false, targets: [NetworkSet([try network("127.0.0.1")])])
        #expect(loopback.permits(try address("0.0.0.0")))
        let other = ScriptScope(isOpen: false, targets: [NetworkSet([try network("0.0.0.0")])])
        #expect(!other.permits(try address("0.0.0.0")))
        var excluded = Scope(excluded: [try network("127.0.0.1"), try network("::1")])
        #expect(!excluded.permits(try address("0.0.0.0").address))
        #expect(!excluded.permits(try address("::").address))
        excluded.exclusions = NetworkSet([try network("192.0.2.1")])
        for hidden in [
            "192.0.2.1", "::ffff:192.0.2.1", "64:ff9b::192.0.2.1", "2002:c000:201::", "::192.0.2.1",
        ] {
            #expect(!excluded.permits(try address(hidden).address), "\(hidden)")
        }
        #expect(excluded.permits(try address("192.0.2.2").address))
    }

    @Test(
        "an address typed anywhere in a script argument is found",
        arguments: [
            ("192.0.2.7", "192.0.2.7"), ("http://192.0.2.7:8080/a?b=c", "192.0.2.7"), ("::1", "::1"),
            ("http://[2001:db8::1]:80/", "2001:db8::1"), ("192.0.2.7:53", "192.0.2.7"),
            ("a,192.0.2.7;b", "192.0.2.7"), ("192.0.2.0/24", "192.0.2.200"),
            ("192.0.2.1-192.0.2.7", "192.0.2.7"), ("\\\\192.0.2.7\\share", "192.0.2.7"),
            ("user@192.0.2.7", "192.0.2.7"),
        ]
    )
    func places(text: String, inside: String) throws {
        let scope = ScriptScope(isOpen: false, typed: typed(text))
        #expect(scope.permits(try address(inside)))
        #expect(!scope.permits(try address("192.0.2.255")) || text.contains("/24"))
    }

    @Test(
        "a number, a version or an empty text opens nothing",
        arguments: ["7", "10.1", "1.2.3", "", "0x7f000001"]
    )
    func noPlaces(text: String) { #expect(typed(text).networks.isEmpty) }

    @Test("a typed name opens its first answer only; another name opens nothing")
    func names() throws {
        let scope = ScriptScope(isOpen: false, typed: typed("https://Example.test./x"))
        let first = try address("192.0.2.1"), second = try address("192.0.2.2")
        scope.admit([second.address], forName: "other.test")
        #expect(!scope.permits(second))
        scope.admit([first.address], forName: "example.TEST")
        scope.admit([second.address], forName: "example.test")
        #expect(scope.permits(first))
        #expect(!scope.permits(second))
    }

    @Test("grants open links and third parties, and only to those who have them")
    func grants() throws {
        let broadcast = IPAddress(family: .inet, value: 0xC000_02FF)
        let scope = ScriptScope(isOpen: false, broadcasts: { [broadcast] })
        for place in ["224.0.0.251", "255.255.255.255", "192.0.2.255", "239.255.255.250", "ff02::1"] {
            #expect(scope.permits(try address(place), .links), "\(place)")
            #expect(!scope.permits(try address(place)), "\(place)")
        }
        for place in ["198.51.100.1", "224.1.0.1", "ff0e::1"] {
            #expect(!scope.permits(try address(place), .links), "\(place)")
        }
        #expect(scope.permits(try address("198.51.100.1"), .thirdParties))
    }

    @Test("who answers on a link is in scope for scripts that speak to links, and for no others")
    func neighbours() throws {
        let link = try network("192.0.2.0/24")
        let scope = ScriptScope(isOpen: false, neighbours: { [link] })
        #expect(scope.permits(try address("192.0.2.7"), .links))
        #expect(!scope.permits(try address("192.0.2.7")))
        #expect(!scope.permits(try address("198.51.100.7"), .links))
        #expect(!scope.permits(try address("127.0.0.1"), .links))
    }

    @Test("a DNS server is open at its port only")
    func servers() throws {
        let scope = ScriptScope(isOpen: false, servers: [try address("192.0.2.53", 53)])
        #expect(scope.permits(try address("192.0.2.53", 53)))
        #expect(!scope.permits(try address("192.0.2.53", 80)))
    }

    @Test("a link-local address that was typed for one link is not open on another")
    func zones() throws {
        let typed = IPAddress(family: .inet6, value: 0xFE80 << 112 | 1, zone: 2)
        let scope = ScriptScope(isOpen: false)
        scope.admit([typed])
        #expect(scope.permits(SocketAddress(typed, port: 1)))
        #expect(scope.permits(SocketAddress(typed.withoutZone, port: 1)))
        let elsewhere = IPAddress(family: .inet6, value: typed.value, zone: 3)
        #expect(!scope.permits(SocketAddress(elsewhere, port: 1)))
    }
}
