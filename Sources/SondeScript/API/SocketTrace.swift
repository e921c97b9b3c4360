// SPDX-License-Identifier: Apache-2.0

internal import SondeIO
internal import SondeModel

/// What `--script-trace` shows of the traffic of scripts (spec `nse-api`, section 12).
enum SocketTrace {
    /// Which way something goes.
    enum Direction: String {
        case outgoing = ">"
        case incoming = "<"
    }

    /// Octets in a line of a dump.
    private static let octetsPerLine = 16

    /// One line: the protocol, both ends, and what happened between them.
    static func line(
        isTCP: Bool,
        local: SocketAddress?,
        remote: SocketAddress?,
        _ direction: Direction,
        _ event: String
    ) -> String {
        "\(isTCP ? "TCP" : "UDP") \(text(local)) \(direction.rawValue) \(text(remote)) | \(event)"
    }

    private static func text(_ end: SocketAddress?) -> String {
        guard let end else { return "0.0.0.0:0" }
        return "\(end.address.withoutZone):\(end.port)"
    }

    /// Octets as text if nearly all are printable, else as a dump with a line for every 16.
    static func text(of octets: [UInt8]) -> String {
        let printable = octets.count { isPrintable($0) }
        guard printable * 100 < octets.count * 95 else { return escaped(octets) }
        return dump(octets)
    }

    private static func isPrintable(_ octet: UInt8) -> Bool { 0x20...0x7E ~= octet }

    private static func escaped(_ octets: [UInt8]) -> String {
        var text = ""
        for octet in octets {
            if isPrintable(octet) || octet.isWhiteSpace {
                text.unicodeScalars.append(UnicodeScalar(octet))
            } else {
                text += "  \\\(octet)"
            }
        }
        return text
    }

    private static func dump(_ octets: [UInt8]) -> String {
        var text = ""
        for start in stride(from: 0, to: octets.count, by: octetsPerLine) {
            let line = octets[start..<min(start + octetsPerLine, octets.count)]
            text += padded(hexadecimal(start), to: 8, with: "0") + ": "
            for octet in line { text += padded(hexadecimal(Int(octet)), to: 2, with: "0") + " " }
            text += String(repeating: "   ", count: octetsPerLine - line.count)
            for octet in line { text.unicodeScalars.append(isPrintable(octet) ? UnicodeScalar(octet) : " ") }
            text += "\n"
        }
        return text
    }

    private static func hexadecimal(_ number: Int) -> String { String(number, radix: 16) }

    private static func padded(_ text: String, to width: Int, with pad: String) -> String {
        String(repeating: pad, count: max(0, width - text.utf8.count)) + text
    }
}

extension ScriptEngine {
    /// Tells what a script's socket does, if that was asked for.
    func trace(
        _ socket: NmapSocket,
        _ direction: SocketTrace.Direction,
        _ event: @autoclosure () -> String
    ) {
        guard settings.traces else { return }
        if case .capture = socket.channel {
            // Nothing but their end is told of captures.
            emit(.diagnostic(Diagnostic(.terminal, "NSE: \(direction.rawValue) | \(event())")))
            return
        }
        let ends = socket.ends
        let isTCP = socket.kind != .udp
        let line = SocketTrace.line(
            isTCP: isTCP,
            local: ends.local,
            remote: ends.remote,
            direction,
            event()
        )
        emit(.diagnostic(Diagnostic(.terminal, "NSE: \(line)")))
    }

    /// Tells that a socket is about to be closed, if it is open.
    func traceClosing(_ socket: NmapSocket) {
        if socket.isOpen { trace(socket, .outgoing, "CLOSE") }
    }
}

extension NmapSocket {
    /// Both ends, as far as known.
    var ends: (local: SocketAddress?, remote: SocketAddress?) {
        switch channel {
        case .none: return (nil, lastDestination)
        case .capture: return (nil, nil)
        case .stream(let stream): return (stream.localAddress, stream.remoteAddress)
        case .datagrams(let datagrams, let isConnected):
            let remote = isConnected ? datagrams.remoteAddress : lastDestination
            return (remote == nil ? nil : datagrams.localAddress, remote)
        }
    }
}
