// SPDX-License-Identifier: Apache-2.0

import SondeIO
import SondeModel
import SondeScript
import SondeTestSupport
import Testing

@Suite struct NmapCaptureTests {
    /// The captures that an engine opened, all fed by the test.
    private final class Sources {
        var opened: [FakePacketSource] = []
        var requests: [CaptureRequest] = []
        /// Called with each new one.
        var onOpen: (FakePacketSource) -> Void = { _ in }
    }

    private func fixture(
        _ onOpen: @escaping (FakePacketSource) -> Void = { _ in }
    ) throws -> (EngineFixture, Sources) {
        let fixture = try EngineFixture()
        let sources = Sources()
        sources.onOpen = onOpen
        fixture.network.captures.open = { (request, _) throws(CaptureError) in
            guard request.device != "nosuch0" else {
                throw CaptureError(.noDevice, device: "nosuch0", detail: "")
            }
            let source = FakePacketSource(linkType: request.device == "any" ? 113 : 1)
            sources.opened.append(source)
            sources.requests.append(request)
            sources.onOpen(source)
            return source
        }
        return (fixture, sources)
    }

    private let frame = [UInt8](repeating: 1, count: 14) + Array("payload".utf8)

    @Test("a packet comes as length on the wire, link header, rest and time; it waits until it is asked for")
    func receiving() throws {
        let (fixture, sources) = try fixture { source in
            source.add(frame, wireLength: 242, time: 1_500_000_000)
            source.add(Array(frame.prefix(14)))
        }
        let output = try fixture.run(
            """
            local s = nmap.new_socket()
            s:pcap_open("eth0", 104, true, "arp")
            local ok, length, l2, l3, time = s:pcap_receive()
            local second = table.pack(s:pcap_receive())
            s:set_timeout(1)
            local status, word = s:pcap_receive()
            return table.concat({tostring(ok), length, #l2, l3, time, second.n, #second[3], #second[4],
              tostring(status), word, tostring(s:pcap_close())}, " ")
            """
        )
        #expect(output == "true 242 14 payload 1.5 5 14 0 nil TIMEOUT true")
        let request = CaptureRequest(device: "eth0", snapLength: 104, isPromiscuous: true, filter: "arp")
        #expect(sources.requests == [request] && sources.opened[0].isClosed)
    }

    @Test(
        "wrong calls raise what scripts know",
        arguments: [
            ("s:pcap_receive()", "not a pcap socket"),
            ("s:pcap_open('eth0', 1, 1, '')", "boolean expected, got number"),
            ("s:pcap_open('', 1, true, '')", "bad device name"),
            ("s:pcap_open('nosuch0', 1, true, '')", "can't open pcap reader on nosuch0"),
            ("s:pcap_open('a', 1, true, '') s:pcap_open('a', 1, true, '')", "socket is already open"),
            ("s:pcap_open('a', 1, true, '') s:send('x')", "invalid operation on pcap socket"),
            ("s:pcap_open('a', 1, true, '') s:receive_buf('x', true)", "invalid operation on pcap socket"),
            ("s:pcap_open('a', 1, true, '') s:get_info()", "invalid operation on pcap socket"),
            ("s:pcap_open('a', 1, true, '') s:pcap_register('')", "if it wasn't opened."),
            ("s:pcap_register('')", "You can't register to nsock-pcap if it wasn't opened."),
        ]
    )
    func mistakes(body: String, text: String) throws {
        let (fixture, _) = try fixture()
        let output = try fixture.run(
            "local s = nmap.new_socket()\nreturn tostring(select(2, pcall(function() \(body) end)))"
        )
        #expect(output?.contains(text) == true, "\(output ?? "")")
    }

    @Test("many scripts with one filter cost one capture, and each gets every packet")
    func sharing() throws {
        let (fixture, sources) = try fixture()
        let body = EngineFixture.prescript(
            """
            local s = nmap.new_socket()
            s:pcap_open("eth0", 104, false, "arp")
            local _, _, _, l3 = s:pcap_receive()
            return l3
            """
        )
        try fixture.load(Dictionary(uniqueKeysWithValues: (0..<40).map { ("script\($0)", body) }))
        var results: [ScriptResult]?
        fixture.engine.runBeforeHosts { results = $0 }
        try fixture.turn { fixture.engine.threadCounts.waiting == 40 }
        #expect(sources.opened.count == 1)
        sources.opened[0].add(frame)
        try fixture.turn { results != nil }
        #expect(EngineFixture.outputs(results ?? []).values.count { $0 == "payload" } == 40)
        #expect(fixture.network.captures.count == 0 && fixture.network.gate.budget.inUse == 0)
    }

    @Test("a script that ends without closing leaves no capture behind")
    func release() throws {
        let (fixture, sources) = try fixture()
        _ = try fixture.run("kept = nmap.new_socket() kept:pcap_open('eth0', 104, false, '') error('over')")
        #expect(sources.opened[0].isClosed && fixture.network.captures.count == 0)
    }

    @Test("a thousand captures one after the other leave nothing open")
    func manyTimes() throws {
        let (fixture, sources) = try fixture { source in source.add(frame) }
        let output = try fixture.run(
            """
            local count = 0
            for _ = 1, 1000 do
              local s = nmap.new_socket()
              s:pcap_open("eth0", 104, false, "")
              if s:pcap_receive() then count = count + 1 end
              s:pcap_close()
            end
            return tostring(count)
            """
        )
        #expect(output == "1000")
        #expect(sources.opened.allSatisfy(\.isClosed) && fixture.network.gate.budget.inUse == 0)
    }

    @Test("scripts of Nmap 5.00 give a function and wait for the packets whose key they register")
    func oldGeneration() throws {
        let (fixture, sources) = try fixture { source in
            source.add([UInt8](repeating: 1, count: 14) + Array("other".utf8))
            source.add(frame, wireLength: 99)
            source.add([UInt8](repeating: 1, count: 14) + Array("third".utf8))
        }
        let output = try fixture.run(
            """
            local s = nmap.new_socket()
            s:pcap_open("eth0", 104, 0, function(length, l2, l3) return l3 end, "arp")
            local early = pcall(s.pcap_receive, s)
            s:pcap_register("payload")
            local twice = pcall(s.pcap_register, s, "")
            local result = table.pack(s:pcap_receive())
            s:pcap_register("")
            local any = select(4, s:pcap_receive())
            s:set_timeout(1)
            s:pcap_register("")
            local none = table.pack(s:pcap_receive())
            return table.concat({tostring(early), tostring(twice), result.n, tostring(result[1]), result[2],
              #result[3], result[4], any, none.n, tostring(none[1]), none[2]}, " ")
            """
        )
        #expect(output == "false false 4 true 99 14 payload third 4 nil TIMEOUT")
        #expect(sources.requests[0].filter == "arp" && !sources.requests[0].isPromiscuous)
    }

    @Test("an error in the function of an old script is raised where it receives")
    func oldGenerationError() throws {
        let (fixture, _) = try fixture { source in source.add(frame) }
        let output = try fixture.run(
            """
            local s = nmap.new_socket()
            s:pcap_open("eth0", 104, 0, function() error("broken", 0) end, "")
            s:pcap_register("x")
            return tostring(select(2, pcall(s.pcap_receive, s)))
            """
        )
        #expect(output == "broken")
    }

    @Test("an interface that goes makes the next receive fail")
    func failure() throws {
        let (fixture, _) = try fixture { source in
            source.fail(CaptureError(.isDown, device: "eth0", detail: ""))
        }
        let output = try fixture.run(
            """
            local s = nmap.new_socket()
            s:pcap_open("eth0", 104, false, "")
            local status, word = s:pcap_receive()
            return tostring(status) .. " " .. word
            """
        )
        #expect(output == "nil ERROR")
    }
}
