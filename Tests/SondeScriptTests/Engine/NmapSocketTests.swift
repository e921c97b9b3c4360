// SPDX-License-Identifier: Apache-2.0

import SondeIO
import SondeModel
import SondeScript
import Testing

@Suite struct NmapSocketTests {
    /// A listener on a loopback port that accepts one connection and lets a closure talk to it.
    private func serve(
        _ fixture: EngineFixture,
        _ talk: @escaping (TCPStream) -> Void
    ) throws -> (Listener, UInt16) {
        let address = try #require(IPAddress("127.0.0.1"))
        let listener = try fixture.network.listen(on: SocketAddress(address, port: 0))
        let attempt = listener.accept(before: nil) { result in
            if case .success(let stream) = result { talk(stream) }
        }
        if case .done(.success(let stream)) = attempt { talk(stream) }
        return (listener, listener.localAddress.port)
    }

    private func script(_ body: String) -> [String: String] {
        [
            "test":
                "categories = {} portrule = function() return true end\naction = function(host, port)\n\(body)\nend"
        ]
    }

    private func output(_ fixture: EngineFixture, _ port: UInt16) throws -> String? {
        let host = try fixture.run(onPorts: [port])
        return host.ports[Port(port, .tcp)]?.scripts.first.map { String(decoding: $0.output, as: UTF8.self) }
    }

    @Test("connect, receive_lines, receive_bytes and the end of the stream")
    func reading() throws {
        let fixture = try EngineFixture()
        let (listener, port) = try serve(fixture) { stream in
            _ = stream.send(Array("one\ntwo\nrest".utf8), before: nil) { _ in }
            stream.close()
        }
        try fixture.load(
            script(
                """
                local s = nmap.new_socket()
                local ok = s:connect(host, port)
                local status, lines = s:receive_lines(2)
                local ended, word = s:receive()
                s:close()
                return tostring(ok) .. "|" .. lines .. "|" .. tostring(ended) .. "|" .. word
                """
            )
        )
        #expect(try output(fixture, port) == "true|one\ntwo\nrest|nil|EOF")
        listener.close()
    }

    @Test("receive_buf hands out up to the delimiter and keeps the rest")
    func delimiters() throws {
        let fixture = try EngineFixture()
        let (listener, port) = try serve(fixture) { stream in
            _ = stream.send(Array("a;b;c".utf8), before: nil) { _ in }
            stream.close()
        }
        try fixture.load(
            script(
                """
                local s = nmap.new_socket()
                s:connect(host, port)
                local _, a = s:receive_buf(";", false)
                local _, b = s:receive_buf(function(text) return text:find(";", 1, true) end, true)
                local none, word = s:receive_buf(";", true)
                local bad, problem = pcall(s.receive_buf, s, 5, true)
                return a .. "|" .. b .. "|" .. tostring(none) .. "|" .. word .. "|" .. tostring(problem)
                """
            )
        )
        let text = try output(fixture, port)
        #expect(text?.hasPrefix("a|b;|nil|EOF|") == true)
        #expect(text?.contains("function/string expected, got number") == true)
        listener.close()
    }

    @Test("a refused port, a passed timeout and a closed socket say so")
    func failures() throws {
        let fixture = try EngineFixture()
        var accepted: TCPStream?
        let (listener, port) = try serve(fixture) { accepted = $0 }
        try fixture.load(
            script(
                """
                local s = nmap.new_socket()
                local refused, word = s:connect("127.0.0.1", 1)
                s:connect(host, port)
                s:set_timeout(30)
                local late, timeout = s:receive()
                local first = s:close()
                local again, text = s:close()
                local fresh, unconnected = s:send("x")
                return table.concat({tostring(refused), word, tostring(late), timeout, tostring(first),
                  tostring(again), text, tostring(fresh), unconnected}, "|")
                """
            )
        )
        let text = try output(fixture, port)
        #expect(
            text
                == "nil|ERROR|nil|TIMEOUT|true|false|socket already closed|false|socket must be connected"
        )
        accepted?.close()
        listener.close()
    }

    @Test("a socket belongs to the coroutine that uses it first")
    func ownership() throws {
        let fixture = try EngineFixture()
        let (listener, port) = try serve(fixture) { stream in
            _ = stream.send(Array("x".utf8), before: nil) { _ in }
        }
        try fixture.load(
            script(
                """
                local s = nmap.new_socket()
                s:connect(host, port)
                s:send("mine")
                local ok, text = coroutine.resume(coroutine.create(function() return s:receive() end))
                return text
                """
            )
        )
        #expect(
            try output(fixture, port)?.hasSuffix("Invalid reuse of a socket from one thread to another.")
                == true
        )
        listener.close()
    }

    @Test("UDP sockets send without connecting and tell both ends")
    func datagrams() throws {
        let fixture = try EngineFixture()
        let output = try fixture.run(
            """
            local s = nmap.new_socket("udp")
            local _, before = s:get_info()
            local sent = s:sendto("127.0.0.1", 9, "x")
            local _, _, _, ip, port = s:get_info()
            return table.concat({before, tostring(sent), ip, port}, "|")
            """
        )
        #expect(output == "unknown protocol|true|127.0.0.1|9")
    }

    @Test("sockets of a thread are closed when it ends")
    func closedAtEnd() throws {
        let fixture = try EngineFixture()
        var accepted: TCPStream?
        let (listener, port) = try serve(fixture) { accepted = $0 }
        try fixture.load(script("keep = nmap.new_socket() keep:connect(host, port) return 'left open'"))
        #expect(try output(fixture, port) == "left open")
        let stream = try #require(accepted)
        var ended = false
        let attempt = stream.receive(.some, before: nil) { result in
            if case .failure(.endOfStream) = result { ended = true }
        }
        if case .done(.failure(.endOfStream)) = attempt { ended = true }
        try fixture.turn { ended }
        #expect(ended)
        listener.close()
    }
}
