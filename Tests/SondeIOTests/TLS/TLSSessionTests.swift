// SPDX-License-Identifier: Apache-2.0

import SondeIO
import Testing

@Suite struct TLSSessionTests {
    @Test("a client and a server agree on TLS 1.3 and exchange bytes both ways")
    func exchange() throws {
        let pair = try TLSPair(server: TLSServerContext())
        let steps = pair.shakeHands()
        #expect(steps.client == .done)
        #expect(steps.server == .done)
        #expect(pair.client.versionName == "TLSv1.3")
        #expect(pair.client.cipherName?.hasPrefix("TLS_") == true)
        #expect(pair.client.write(Array("hello".utf8)) == .count(5))
        #expect(pair.server.readOnce().octets == Array("hello".utf8))
        #expect(pair.server.write(Array("welcome".utf8)) == .count(7))
        #expect(pair.client.readOnce().octets == Array("welcome".utf8))
        #expect(pair.client.readOnce().result == .wantsRead)
    }

    @Test("a read takes what it has room for and leaves the rest pending")
    func pending() throws {
        let pair = try TLSPair(server: TLSServerContext())
        _ = pair.shakeHands()
        #expect(pair.server.write([1, 2, 3, 4]) == .count(4))
        #expect(pair.client.readOnce(room: 1).octets == [1])
        #expect(pair.client.pendingCount == 3)
        #expect(pair.client.readOnce().octets == [2, 3, 4])
    }

    @Test(
        "the server name is sent as given, even a numeric address",
        arguments: ["www.example.test", "127.0.0.1"]
    )
    func serverName(name: String) throws {
        let pair = try TLSPair(server: TLSServerContext(), serverName: name)
        _ = pair.shakeHands()
        #expect(pair.server.requestedServerName == name)
    }

    @Test(
        "no server name is sent without one, or for one too long",
        arguments: [nil, "", String(repeating: "a", count: 300)]
    )
    func noServerName(name: String?) throws {
        let pair = try TLSPair(server: TLSServerContext(), serverName: name)
        #expect(pair.shakeHands().client == .done)
        #expect(pair.server.requestedServerName == nil)
    }

    @Test(
        "suites nobody should use are spoken all the same",
        arguments: ["AECDH-NULL-SHA", "ADH-AES128-SHA", "ECDHE-ECDSA-NULL-SHA"]
    )
    func weakSuites(suite: String) throws {
        let pair = try TLSPair(server: TLSServerContext(cipherList: suite + ":@SECLEVEL=0"))
        let steps = pair.shakeHands()
        #expect(steps.client == .done)
        #expect(pair.client.cipherName == suite)
        #expect(pair.client.versionName == "TLSv1.2")
        #expect((pair.client.peerCertificate == nil) == suite.hasPrefix("A"))
    }

    @Test("a list of suites that names nothing is an error in the library's words")
    func badList() {
        #expect(throws: StreamError.self) { try TLSServerContext(cipherList: "NOTHING") }
    }

    @Test("the server's certificate is readable on the client's side")
    func peerCertificate() throws {
        let pair = try TLSPair(server: TLSServerContext(commonName: "demo.example.test"))
        #expect(pair.client.peerCertificate == nil)
        _ = pair.shakeHands()
        let certificate = try #require(pair.client.peerCertificate)
        let name = CertificateNameEntry(name: .text("commonName"), value: Array("demo.example.test".utf8))
        #expect(certificate.subject == [name])
        #expect(certificate.issuer == [name])
        #expect(try certificate.publicKey().kind == .ellipticCurve(.named("prime256v1")))
        #expect(pair.server.peerCertificate == nil)
    }

    @Test("a close_notify is the end of the stream")
    func closeNotify() throws {
        let pair = try TLSPair(server: TLSServerContext())
        _ = pair.shakeHands()
        pair.server.shutdown()
        pair.server.shutdown()
        #expect(pair.client.readOnce().result == .endOfStream)
        #expect(pair.client.readOnce().result == .endOfStream)
    }

    @Test("an end without close_notify is the end of the stream too")
    func truncation() throws {
        let pair = try TLSPair(server: TLSServerContext())
        _ = pair.shakeHands()
        pair.dropClient()
        #expect(pair.server.readOnce().result == .endOfStream)
    }

    @Test("writing to a peer that is gone is an error, not the end of the process")
    func brokenPipe() throws {
        let pair = try TLSPair(server: TLSServerContext())
        _ = pair.shakeHands()
        pair.dropClient()
        guard case .failed(let error) = pair.server.write([1]) else {
            Issue.record("the write went well")
            return
        }
        #expect(error.code == .error)
        #expect(error.underlying?.number == 32)
        #expect(pair.server.write([1]) == .failed(error))
        pair.server.shutdown()
    }

    @Test("a connection that ends during the handshake makes it fail")
    func handshakeEnd() throws {
        let pair = try TLSPair(server: TLSServerContext())
        #expect(pair.client.handshake() == .wantsRead)
        pair.dropClient()
        #expect(pair.client.handshake().isFailed)
    }

    @Test("a plain-text answer makes the handshake fail with OpenSSL's words")
    func plainText() throws {
        let pair = try TLSPair(server: TLSServerContext())
        #expect(pair.client.handshake() == .wantsRead)
        pair.sendRawFromServer(Array("220 mail.example.test ESMTP ready\r\n".utf8))
        guard case .failed(let error) = pair.client.handshake() else {
            Issue.record("the handshake went on")
            return
        }
        #expect(error.code == .error)
        #expect(error.detail?.contains("wrong version number") == true)
    }

    @Test("random octets from the peer never trap")
    func noise() throws {
        var generator = SystemRandomNumberGenerator()
        let context = try TLSServerContext()
        let client = try TLSContext()
        for _ in 0..<200 {
            let pair = try TLSPair(server: context, client: client)
            _ = pair.client.handshake()
            var octets: [UInt8] = [22, 3, 3, 0, 60]
            octets += (0..<60).map { _ in UInt8.random(in: 0...255, using: &generator) }
            pair.sendRawFromServer(octets)
            #expect(pair.client.handshake().isFailed)
        }
    }

    @Test("more bytes than the socket holds are written in parts, and arrive whole")
    func backpressure() throws {
        let pair = try TLSPair(server: TLSServerContext())
        _ = pair.shakeHands()
        let octets = (0..<2_000_000).map { UInt8(truncatingIfNeeded: $0 &* 31 >> 3) }
        var (sent, received) = (0, [UInt8]())
        var hasWaited = false
        for _ in 0..<10_000 where received.count < octets.count {
            switch pair.client.write(Array(octets[sent...])) {
            case .count(let count): sent += count
            case .wantsWrite: hasWaited = true
            case let other: Issue.record("unexpected \(other)")
            }
            if hasWaited || sent == octets.count { received += pair.server.readOnce(room: 65536).octets }
        }
        #expect(hasWaited)
        #expect(received == octets)
    }
}
