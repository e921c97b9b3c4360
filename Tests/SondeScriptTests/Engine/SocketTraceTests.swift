// SPDX-License-Identifier: Apache-2.0

import SondeIO
import SondeModel
import Testing

@testable import SondeScript

@Suite struct SocketTraceTests {
    @Test("text with hardly an octet that cannot be printed is shown as text, such octets as their values")
    func text() {
        #expect(SocketTrace.text(of: Array("GET / HTTP/1.0".utf8)) == "GET / HTTP/1.0")
        let nearly = Array(String(repeating: "a", count: 58).utf8) + [0, 10]
        #expect(SocketTrace.text(of: nearly) == String(repeating: "a", count: 58) + "  \\0\n")
    }

    @Test("other octets are shown sixteen a line, with what can be printed of them")
    func dump() {
        let octets = Array("LAB-DEVICE v1.2 ready\r\nserial 0042 ".utf8) + [1, 255, 13, 10]
        let lines = [
            "00000000: 4c 41 42 2d 44 45 56 49 43 45 20 76 31 2e 32 20 LAB-DEVICE v1.2 ",
            "00000010: 72 65 61 64 79 0d 0a 73 65 72 69 61 6c 20 30 30 ready  serial 00",
            "00000020: 34 32 20 01 ff 0d 0a                            42     ",
        ]
        #expect(SocketTrace.text(of: octets) == lines.map { $0 + "\n" }.joined())
    }

    @Test("a traced script's connection is told from its beginning to its end")
    func connection() throws {
        var settings = ScriptSettings()
        settings.traces = true
        let fixture = try EngineFixture(settings)
        let listener = try fixture.network.listen(on: SocketAddress(EngineFixture.loopback.address, port: 0))
        let end = "127.0.0.1:\(listener.localAddress.port)"
        let output = try fixture.run(
            """
            local s = nmap.new_socket()
            s:connect("127.0.0.1", \(listener.localAddress.port))
            s:send("hello")
            local _, address, port = s:get_info()
            s:close()
            return address .. ":" .. port
            """
        )
        let own = try #require(output)
        let expected = ["CONNECT", "hello", "SEND", "CLOSE"].map { "NSE: TCP \(own) > \(end) | \($0)" }
        #expect(fixture.messages == expected)
        listener.close()
    }

    @Test("nothing is told unless it was asked for")
    func silent() throws {
        let fixture = try EngineFixture()
        _ = try fixture.run("nmap.new_socket():connect('127.0.0.1', 1)")
        #expect(fixture.messages.isEmpty)
    }
}
