// SPDX-License-Identifier: Apache-2.0

import Glibc
import SondeModel
import Testing

@testable import SondeIO

@Suite struct PathFinderTests {
    private func address(_ text: String) throws -> IPAddress { try #require(IPAddress(text)) }

    private func network(_ text: String) throws -> IPNetwork { try #require(IPNetwork(parsing: text)) }

    private func interface(
        _ name: String,
        _ index: UInt32,
        _ text: String,
        _ kind: LinkKind
    ) throws -> Interface {
        Interface(
            name: name,
            index: index,
            addresses: [InterfaceAddress(address: try address(text), prefixLength: 24)],
            linkKind: kind,
            hardwareAddress: kind == .ethernet ? MACAddress(octets: [2, 0, 0, 0, 0, UInt8(index)]) : nil,
            maximumPacketSize: 1500
        )
    }

    private final class Questions {
        var asked: [IPAddress] = []
        var interfaces: [UInt32?] = []
    }

    private func finder(_ questions: Questions, prefixes: [String]?) throws -> PathFinder {
        let interfaces = [
            try interface("lo", 1, "127.0.0.1", .loopback), try interface("eth0", 2, "10.0.0.1", .ethernet),
            try interface("eth1", 3, "10.1.0.1", .ethernet),
        ]
        let gateway = try address("10.0.0.254")
        let own = try address("10.0.0.1")
        let networks = try prefixes?.map { try network($0) }
        return PathFinder(
            PathFinder.System(
                interfaces: { interfaces },
                route: { (destination, index) throws(SystemError) in
                    questions.asked.append(destination)
                    questions.interfaces.append(index)
                    if destination.isLoopback || destination == own {
                        return Route(source: destination, interfaceIndex: 1, gateway: nil)
                    }
                    guard destination.value >> 24 != 9 else {
                        throw SystemError(number: ENETUNREACH, call: "RTM_GETROUTE")
                    }
                    let isNear = destination.value >> 8 == own.value >> 8
                    return Route(source: own, interfaceIndex: 2, gateway: isNear ? nil : gateway)
                },
                prefixes: { networks }
            )
        )
    }

    @Test("a path tells interface, source, gateway and link-layer address")
    func facts() throws {
        let finder = try finder(Questions(), prefixes: ["10.0.0.0/24", "0.0.0.0/0"])
        let near = try finder.path(to: try address("10.0.0.7"))
        #expect(near.interface.name == "eth0" && near.isDirect && !near.isLocal && near.needsFrames)
        #expect(try near.nextHop(to: address("10.0.0.7")) == address("10.0.0.7"))
        #expect(near.sourceMAC?.octets == [2, 0, 0, 0, 0, 2] && near.maximumPacketSize == 1500)
        let far = try finder.path(to: try address("192.0.2.1"))
        #expect(try !far.isDirect && far.source == address("10.0.0.1"))
        #expect(try far.nextHop(to: address("192.0.2.1")) == address("10.0.0.254"))
    }

    @Test("the system is asked once for each network that its routes tell apart")
    func cells() throws {
        let questions = Questions()
        let finder = try finder(questions, prefixes: ["10.0.0.0/24", "10.0.0.9/32", "0.0.0.0/0"])
        for text in ["10.0.0.7", "10.0.0.8", "10.0.0.9", "10.0.0.10", "192.0.2.1", "198.51.100.1"] {
            _ = try finder.path(to: try address(text))
        }
        #expect(questions.asked.map(\.description) == ["10.0.0.7", "10.0.0.9", "192.0.2.1"])
        finder.refresh()
        _ = try finder.path(to: try address("10.0.0.7"))
        #expect(questions.asked.count == 4)
    }

    @Test("where routes cannot be listed, every address is asked for")
    func noList() throws {
        let questions = Questions()
        let finder = try finder(questions, prefixes: nil)
        for text in ["10.0.0.7", "10.0.0.8", "10.0.0.7"] { _ = try finder.path(to: try address(text)) }
        #expect(questions.asked.count == 2)
    }

    @Test("own addresses are reached over loopback", arguments: ["127.0.0.5", "10.0.0.1", "10.1.0.1"])
    func local(text: String) throws {
        let path = try finder(Questions(), prefixes: ["0.0.0.0/0"]).path(to: address(text))
        #expect(path.isLocal && path.isDirect && path.interface.name == "lo" && !path.needsFrames)
    }

    @Test("the user's interface and source come first")
    func options() throws {
        let questions = Questions()
        let finder = try finder(questions, prefixes: ["0.0.0.0/0", "9.0.0.0/8"])
        finder.options = PathOptions(interface: "eth1", source: try address("10.1.0.77"))
        let path = try finder.path(to: try address("192.0.2.1"))
        #expect(try path.interface.name == "eth1" && path.source == address("10.1.0.77"))
        #expect(questions.interfaces == [3])
        let odd = try finder.path(to: try address("9.1.1.1"))
        #expect(odd.isDirect && odd.interface.name == "eth1")
        finder.options = PathOptions(interface: "none")
        #expect(throws: SystemError(number: ENODEV, call: "route")) {
            try finder.path(to: try address("192.0.2.1"))
        }
    }

    @Test("no route is an error, which is remembered too")
    func unreachable() throws {
        let questions = Questions()
        let finder = try finder(questions, prefixes: ["9.0.0.0/8"])
        for text in ["9.0.0.1", "9.0.0.2"] {
            #expect(throws: SystemError(number: ENETUNREACH, call: "RTM_GETROUTE")) {
                try finder.path(to: try address(text))
            }
        }
        #expect(questions.asked.count == 1)
    }

    @Test("the kernel answers for loopback")
    func kernel() throws {
        let path = try PathFinder().path(to: try address("127.0.0.1"))
        #expect(path.isLocal && path.interface.linkKind == .loopback && path.source.isLoopback)
        #expect(RouteQuery.prefixes()?.contains(try network("127.0.0.0/8")) ?? true)
    }
}
