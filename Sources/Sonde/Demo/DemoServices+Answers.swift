// SPDX-License-Identifier: Apache-2.0

/// What the services of the demo say.
extension DemoServices {
    static let services = [
        Service(name: "http", greeting: [], answer: http, answersOnce: true),
        Service(name: "https", greeting: [], answer: http, isEncrypted: true, answersOnce: true),
        Service(name: "domain", greeting: [], answer: domain),
        Service(
            name: "ssh",
            greeting: Array("SSH-2.0-SondeDemo_1.0\r\n".utf8) + keyExchange + hostKey,
            answer: { _ in [] }
        ),
        lineService("smtp", "220 demo.test ESMTP ready\r\n") {
            $0.hasPrefix("QUIT") ? "" : $0.hasPrefix("EHLO") ? "250 demo.test\r\n" : "502 Not here\r\n"
        },
        lineService("ftp", "220 Demo file service\r\n") {
            $0.hasPrefix("QUIT") ? "" : "530 Please log in\r\n"
        },
        lineService("pop3", "+OK demo POP3 ready\r\n") { _ in "" },
        lineService("imap", "* OK [CAPABILITY IMAP4rev1 STARTTLS] demo IMAP ready\r\n") { _ in "" },
        Service(name: "redis", greeting: [], answer: redis),
        lineService("unknown", "SONDE-DEMO device 42 ready\r\n") { _ in "" },
    ]

    private static func lineService(
        _ name: String,
        _ greeting: String,
        _ answer: @escaping @Sendable (String) -> String
    ) -> Service {
        Service(name: name, greeting: Array(greeting.utf8)) {
            Array(answer(String(decoding: $0, as: UTF8.self)).utf8)
        }
    }

    @Sendable private static func http(_ request: [UInt8]) -> [UInt8] {
        let body = "<html><head><title>Sonde demo page</title></head><body>It works.</body></html>\n"
        let head =
            "HTTP/1.1 200 OK\r\nServer: SondeDemo/1.0\r\nContent-Type: text/html\r\n"
            + "Content-Length: \(body.utf8.count)\r\nConnection: close\r\n\r\n"
        return Array((head + body).utf8)
    }

    @Sendable private static func redis(_ request: [UInt8]) -> [UInt8] {
        let info = "# Server\r\nredis_version:7.0.0-demo\r\nos:Sonde demo\r\ntcp_port:0\r\nrole:master\r\n"
        return Array("$\(info.utf8.count)\r\n\(info)\r\n".utf8)
    }

    // MARK: DNS over TCP (RFC 1035, section 4; RFC 4892 for the names)

    /// Answers the question for `version.bind` or `hostname.bind`; refuses others.
    @Sendable private static func domain(_ request: [UInt8]) -> [UInt8] {
        // Length, header, and at least a name of one octet, type and class.
        guard request.count >= 2 + 12 + 5 else { return [] }
        let question = Array(request[14...])
        let name = String(decoding: question, as: UTF8.self)
        let text: String? =
            name.contains("version") ? "SondeDemo 1.0" : name.contains("hostname") ? "demo.test" : nil
        var message = Array(request[2..<4])
        message += text == nil ? [0x84, 0x05, 0, 1, 0, 0, 0, 0, 0, 0] : [0x84, 0, 0, 1, 0, 1, 0, 0, 0, 0]
        message += question
        if let text {
            let octets = Array(text.utf8)
            // The name of the question, TXT, CH, no time to live, one string.
            message += [0xC0, 12, 0, 16, 0, 3, 0, 0, 0, 0, 0, UInt8(octets.count + 1), UInt8(octets.count)]
            message += octets
        }
        return Array(bigEndian(message.count)[2...]) + message
    }

    // MARK: SSH (RFC 4253, sections 6 to 8)

    /// A key exchange message in an unencrypted packet.
    private static var keyExchange: [UInt8] {
        let lists = [
            "curve25519-sha256", "ssh-ed25519", "aes128-ctr", "aes128-ctr", "hmac-sha2-256", "hmac-sha2-256",
            "none", "none", "", "",
        ]
        var payload: [UInt8] = [20] + [UInt8](repeating: 7, count: 16)
        for list in lists { payload += string(Array(list.utf8)) }
        return packet(payload + [0, 0, 0, 0, 0])
    }

    /// The reply that shows the host key: sent before it is asked for, since only one exchange is offered.
    private static var hostKey: [UInt8] {
        let key = string(Array("ssh-ed25519".utf8)) + string([UInt8](0..<32))
        let signature = string(Array("ssh-ed25519".utf8)) + string([UInt8](repeating: 0, count: 64))
        return packet([31] + string(key) + string([UInt8](repeating: 9, count: 32)) + string(signature))
    }

    private static func packet(_ payload: [UInt8]) -> [UInt8] {
        let short = 8 - (payload.count + 5) % 8
        let length = short < 4 ? short + 8 : short
        return bigEndian(payload.count + length + 1) + [UInt8(length)] + payload
            + [UInt8](repeating: 0, count: length)
    }

    private static func string(_ octets: [UInt8]) -> [UInt8] { bigEndian(octets.count) + octets }

    private static func bigEndian(_ number: Int) -> [UInt8] {
        [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: number >> $0) }
    }
}
