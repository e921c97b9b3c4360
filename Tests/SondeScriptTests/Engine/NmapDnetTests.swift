// SPDX-License-Identifier: Apache-2.0

import SondeIO
import SondeModel
import SondeScript
import SondeTestSupport
import Testing

@Suite struct NmapDnetTests {
    @Test("the library and its parts are the same objects under every name")
    func names() throws {
        let output = try EngineFixture().run(
            """
            return tostring(nmap.new_dnet == nmap.dnet.new) .. tostring(require "nmap.dnet" == nmap.dnet)
              .. tostring(nmap.get_interface_info == nmap.dnet.get_interface_info) .. type(getmetatable(nmap.new_dnet()))
              .. tostring(nmap.get_interface_link("lo")) .. tostring(nmap.get_interface_link("nosuch0"))
            """
        )
        #expect(output == "truetruetruetableloopbacknil")
    }

    @Test(
        "wrong calls raise what scripts know",
        arguments: [
            ("d:ethernet_open('lo')", "device is not valid ethernet interface"),
            ("d:ethernet_open('nosuch0')", "device is not valid ethernet interface"),
            ("d:ethernet_open(('a'):rep(32))", "device name too long"),
            ("d:ethernet_send('x')", "dnet ethernet interface is not open"),
            ("d:ip_send('x')", "raw socket not open to send"),
            ("d.ip_open(nil)", "dnet expected, got nil"),
        ]
    )
    func mistakes(body: String, text: String) throws {
        let output = try EngineFixture().run(
            "local d = nmap.new_dnet()\nreturn tostring(select(2, pcall(function() \(body) end)))"
        )
        #expect(output?.contains(text) == true, "\(output ?? "")")
    }

    @Test("closing what is not open says so, but for frames")
    func closing() throws {
        let output = try EngineFixture().run(
            """
            local d = nmap.new_dnet()
            local status, text = d:ip_close()
            return tostring(d:ethernet_close()) .. " " .. tostring(status) .. " " .. text
            """
        )
        #expect(output == "true false raw socket already closed")
    }

    @Test("a raw packet reaches a socket, whoever it is routed to", .enabled(if: RawAccess.isAvailable()))
    func sending() throws {
        let fixture = try EngineFixture()
        var traced: [String] = []
        fixture.engine.settings.traces = true
        let server = try fixture.network.openUDP(.inet, options: ConnectOptions(source: .loopback()))
        let port = try #require(server.localAddress?.port)
        let output = try fixture.run(
            """
            local d = nmap.new_dnet()
            local packet = ("\\x45\\0\\0\\x1d\\0\\1\\0\\0\\x40\\x11\\0\\0\\x7f\\0\\0\\1\\x7f\\0\\0\\1\\x30\\x39"
              .. string.pack(">I2", \(port)) .. "\\0\\9\\0\\0x")
            local results = {tostring(d:ip_open()), tostring(d:ip_send(packet)), tostring(d:ip_send(packet, "127.0.0.1")),
              tostring(d:ip_send(packet, {ip = "127.0.0.1"}))}
            results[5] = select(2, pcall(d.ip_send, d, packet, {}))
            results[6] = select(2, pcall(d.ip_send, d, packet:sub(1, 19)))
            results[7] = select(2, d:ip_send(packet, "::1"))
            results[8] = tostring(d:ip_close())
            return table.concat(results, "|")
            """
        )
        let parts = output?.split(separator: "|").map(String.init) ?? []
        #expect(parts.count == 8 && parts[..<4] == ["true", "true", "true", "true"])
        #expect(parts[4].contains("host table lacks 'ip' or 'targetname' fields"))
        #expect(parts[5].contains("can't parse ip packet"))
        #expect(parts[6] == "error while sending: Address family not supported by protocol (errno 97)")
        #expect(parts[7] == "true")
        for _ in 0..<3 {
            #expect(
                try fixture.loop.value { then in server.receive(before: nil, then: then) }.bytes == [0x78]
            )
        }
        traced = fixture.messages.filter { $0.hasPrefix("NSE: raw") || $0.hasPrefix("NSE: RAW") }
        #expect(traced.first == "NSE: raw IP socket open" && traced.last == "NSE: raw IP socket close")
        #expect(traced.contains { $0.hasPrefix("NSE: RAW SEND UDP 127.0.0.1:12345 > 127.0.0.1:\(port)") })
    }

    @Test("without the right to, opening a raw socket raises the system's words")
    func unprivileged() throws {
        let fixture = try EngineFixture()
        fixture.network.syscalls.force(ForcedFailure(call: "raw socket", occurrence: 1, number: 1))
        let output = try fixture.run(
            "return tostring(select(2, pcall(nmap.new_dnet().ip_open, nmap.new_dnet())))"
        )
        #expect(output?.contains("failed to open raw socket: Operation not permitted (errno 1)") == true)
    }

    @Test("what is out of scope fails softly", .enabled(if: RawAccess.isAvailable()))
    func scope() throws {
        let fixture = try EngineFixture()
        fixture.network.gate.scope = Scope(excluded: [try #require(IPNetwork(parsing: "127.0.0.0/8"))])
        let output = try fixture.run(
            """
            local d = nmap.new_dnet()
            d:ip_open()
            local status, text = d:ip_send("\\x45" .. ("\\0"):rep(15) .. "\\x7f\\0\\0\\1")
            return tostring(status) .. " " .. text
            """
        )
        #expect(output == "nil DENIED")
    }
}
