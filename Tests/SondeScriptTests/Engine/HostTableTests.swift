// SPDX-License-Identifier: Apache-2.0

import SondeModel
import SondeScript
import Testing

/// What scripts are told of hosts and ports that much is known of.
@Suite struct HostTableTests {
    private static var known: Host {
        var host = EngineFixture.loopback
        host.name = "reverse.example"
        host.isDirectlyConnected = false
        host.macAddress = MACAddress(octets: [2, 0, 0, 0, 0, 1])
        host.sourceMACAddress = MACAddress(octets: [2, 0, 0, 0, 0, 2])
        host.nextHopMACAddress = MACAddress(octets: [2, 0, 0, 0, 0, 3])
        host.interface = "eth9"
        host.interfaceMTU = 1400
        host.sourceAddress = IPAddress("127.0.0.9")
        host.reason = .echoReply
        host.reasonTTL = 63
        host.times = RoundTripTimes(smoothed: 1500, variance: 250, timeout: 100_000)
        return host
    }

    private func run(_ action: String, _ host: Host, head: String = "") throws -> String? {
        let fixture = try EngineFixture()
        try fixture.load([
            "test":
                "\(head)\ncategories = {}\nhostrule = function() return true end\naction = function(host)\n\(action)\nend"
        ])
        return try fixture.run(onPorts: [111], of: host).scripts.first.map {
            String(decoding: $0.output, as: UTF8.self)
        }
    }

    @Test("every field of a host that is known is told")
    func fields() throws {
        let action = """
            local function hex(s) return (s:gsub(".", function(c) return ("%02x"):format(c:byte()) end)) end
            return table.concat({host.ip, host.name, tostring(host.targetname), tostring(host.directly_connected),
              hex(host.mac_addr), hex(host.mac_addr_src), hex(host.mac_addr_next_hop), host.interface,
              host.interface_mtu, hex(host.bin_ip), hex(host.bin_ip_src), host.reason, host.reason_ttl,
              host.times.srtt, host.times.rttvar, host.times.timeout}, " ")
            """
        let expected =
            "127.0.0.1 reverse.example nil false 020000000001 020000000002 020000000003 eth9 1400 7f000001 7f000009 "
            + "echo-reply 63 0.0015 0.00025 0.1"
        #expect(try run(action, Self.known) == expected)
    }

    @Test("hops that did not answer are empty tables")
    func hops() throws {
        var host = Self.known
        var first = Hop(timeToLive: 1, address: IPAddress("10.0.0.1"), roundTrip: 0.002)
        first.name = "gate.example"
        host.hops = [
            first, Hop(timeToLive: 2, address: nil, roundTrip: nil),
            Hop(timeToLive: 3, address: IPAddress("127.0.0.1"), roundTrip: 0.25),
        ]
        let action = """
            local t = host.traceroute
            return #t .. t[1].ip .. t[1].name .. t[1].srtt .. tostring(next(t[2])) .. t[3].ip .. tostring(t[3].name)
            """
        #expect(try run(action, host) == "310.0.0.1gate.example0.002nil127.0.0.1nil")
    }

    @Test("a name as typed is told, and a host of two names is found by either")
    func targetName() throws {
        var host = Self.known
        host.targetName = "typed.example"
        let action = """
            local port = {number = 111, protocol = "tcp"}
            return host.targetname .. nmap.get_port_state({targetname = "typed.example"}, port).state
              .. nmap.get_port_state({ip = "127.0.0.1"}, port).state
            """
        #expect(try run(action, host) == "typed.exampleopenopen")
    }

    @Test(
        "scripts of old are told of RPC programs",
        arguments: [
            ("RPC #100003", "2-4", "good_prog 100003 2 4"), ("RPC #100000", "2", "good_prog 100000 2 2"),
            ("RPC #100000", nil, "good_prog 100000 nil nil"), ("RPC #", "2", "untested nil nil nil"),
            (nil, "2-4", "untested nil nil nil"), ("RPC #x", "2", "untested nil nil nil"),
        ] as [(String?, String?, String)]
    )
    func programs(extra: String?, version: String?, expected: String) throws {
        let fixture = try EngineFixture()
        let body = """
            local v = port.version
            return string.format("%s %s %s %s", v.rpc_status, tostring(v.rpc_program), tostring(v.rpc_lowver),
              tostring(v.rpc_highver))
            """
        try fixture.load([
            "old":
                "require('nmap')\ncategories = {}\nportrule = function(host, port) nmap.set_port_version(host, port)\n"
                + "return true end\naction = function(host, port)\n\(body)\nend",
            "new":
                "categories = {}\nportrule = function() return true end\naction = function(host, port)\n"
                + "return tostring(port.version.rpc_status)\nend",
        ])
        let active = ActiveHost(EngineFixture.loopback, number: 0)
        active.host.ports.declare([111], .tcp, as: PortOutcome(.open, .synAck))
        var service = ServiceInfo(name: "rpcbind")
        service.extraInfo = extra
        service.version = version
        active.host.ports.setService(service, for: Port(111, .tcp))
        var isDone = false
        fixture.engine.run(on: active) { isDone = true }
        try fixture.turn { isDone }
        let said = active.host.ports.records { _ in true }.flatMap(\.scripts)
        #expect(said.map { String(decoding: $0.output, as: UTF8.self) } == ["nil", expected])
    }
}
