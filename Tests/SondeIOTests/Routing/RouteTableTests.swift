// SPDX-License-Identifier: Apache-2.0

import SondeIO
import SondeModel
import Testing

@Suite struct RouteTableTests {
    @Test("the route to this host's loopback leaves through the loopback interface, directly")
    func loopback() throws {
        let table = RouteTable(interfaces: try InterfaceList.current())
        let destination = try #require(IPAddress("127.0.0.1"))
        let route = try table.route(to: destination)
        #expect(route.source == destination)
        #expect(route.gateway == nil)
        #expect(route.isDirect(to: destination))
        let index = try #require(route.interfaceIndex)
        #expect(table.interface(index: index)?.linkKind == .loopback)
    }

    @Test("loopback, unspecified and own addresses are this host; others are not")
    func localHost() throws {
        let own = try #require(IPAddress("192.0.2.9"))
        let interface = Interface(
            name: "eth7",
            index: 7,
            addresses: [InterfaceAddress(address: own, prefixLength: 24)],
            linkKind: .ethernet
        )
        let table = RouteTable(interfaces: [interface])
        for text in ["127.4.5.6", "0.0.0.0", "::", "::1", "192.0.2.9"] {
            #expect(table.isLocalHost(try #require(IPAddress(text))))
        }
        #expect(!table.isLocalHost(try #require(IPAddress("192.0.2.10"))))
        #expect(table.interface(with: own)?.name == "eth7")
    }

    @Test("a gateway that is the destination or ourselves does not make a route indirect")
    func direct() throws {
        let (source, target) = (try #require(IPAddress("10.0.0.2")), try #require(IPAddress("10.9.0.1")))
        let router = try #require(IPAddress("10.0.0.1"))
        #expect(Route(source: source, interfaceIndex: 1, gateway: nil).isDirect(to: target))
        #expect(Route(source: source, interfaceIndex: 1, gateway: target).isDirect(to: target))
        #expect(Route(source: source, interfaceIndex: 1, gateway: source).isDirect(to: target))
        #expect(!Route(source: source, interfaceIndex: 1, gateway: router).isDirect(to: target))
    }
}
