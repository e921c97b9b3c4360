// SPDX-License-Identifier: Apache-2.0

/// One option of a TCP header.
package enum TCPOption: Hashable, Sendable {
    /// End of the list.
    case end
    /// Padding.
    case none
    /// Largest segment the sender takes.
    case maximumSegmentSize(UInt16)
    /// By how many bits the window is shifted.
    case windowScale(UInt8)
    /// Selective acknowledgements are understood.
    case selectiveAcknowledgementPermitted
    /// Received blocks: first octet, and the one after the last.
    case selectiveAcknowledgement([UInt32])
    /// The sender's clock, and the last value it had from us.
    case timestamp(value: UInt32, echo: UInt32)
    /// Any other.
    case other(kind: UInt8, data: [UInt8])

    /// Reads a list of options up to its end or to the first that makes no sense.
    package static func list(_ octets: [UInt8]) -> [TCPOption] {
        var options: [TCPOption] = []
        var place = 0
        while place < octets.count {
            let kind = octets[place]
            if kind == 0 {
                options.append(.end)
                return options
            }
            if kind == 1 {
                options.append(.none)
                place += 1
                continue
            }
            guard place + 1 < octets.count, octets[place + 1] >= 2,
                place + Int(octets[place + 1]) <= octets.count
            else { return options }
            let end = place + Int(octets[place + 1])
            options.append(option(kind, Array(octets[place + 2..<end])))
            place = end
        }
        return options
    }

    private static func option(_ kind: UInt8, _ data: [UInt8]) -> TCPOption {
        let words = stride(from: 0, to: data.count - 3, by: 4).compactMap { try? data.span.uint32(at: $0) }
        switch (kind, data.count) {
        case (2, 2): return .maximumSegmentSize(UInt16(data[0]) << 8 | UInt16(data[1]))
        case (3, 1): return .windowScale(data[0])
        case (4, 0): return .selectiveAcknowledgementPermitted
        case (5, 1...) where data.count.isMultiple(of: 8): return .selectiveAcknowledgement(words)
        case (8, 8): return .timestamp(value: words[0], echo: words[1])
        default: return .other(kind: kind, data: data)
        }
    }

    /// Octets of options, padded with ends to a multiple of 4.
    package static func octets(_ options: [TCPOption]) -> [UInt8] {
        var writer = OctetWriter(capacity: 40)
        for option in options { option.write(to: &writer) }
        writer.write(zeros: (4 - writer.count % 4) % 4)
        return writer.octets
    }

    private func write(to writer: inout OctetWriter) {
        switch self {
        case .end: writer.write(UInt8(0))
        case .none: writer.write(UInt8(1))
        case .maximumSegmentSize(let size):
            writer.write(UInt16(0x0204))
            writer.write(size)
        case .windowScale(let shift):
            writer.write(UInt16(0x0303))
            writer.write(shift)
        case .selectiveAcknowledgementPermitted: writer.write(UInt16(0x0402))
        case .selectiveAcknowledgement(let words):
            writer.write(UInt8(5))
            writer.write(UInt8(truncatingIfNeeded: 2 + 4 * words.count))
            for word in words { writer.write(word) }
        case .timestamp(let value, let echo):
            writer.write(UInt16(0x080A))
            writer.write(value)
            writer.write(echo)
        case .other(let kind, let data):
            writer.write(kind)
            writer.write(UInt8(truncatingIfNeeded: 2 + data.count))
            writer.write(data)
        }
    }
}

extension TCPOption: CustomStringConvertible {
    /// The words of packet traces: `mss 1460`, `wscale 7`.
    package var description: String {
        switch self {
        case .end: "eol"
        case .none: "nop"
        case .maximumSegmentSize(let size): "mss \(size)"
        case .windowScale(let shift): "wscale \(shift)"
        case .selectiveAcknowledgementPermitted: "sackOK"
        case .selectiveAcknowledgement(let words):
            "sack \(words.count / 2) " + words.map { "\($0)" }.joined(separator: ":")
        case .timestamp(let value, let echo): "timestamp \(value) \(echo)"
        case .other(let kind, let data):
            data.isEmpty ? "opt-\(kind)" : "opt-\(kind):" + data.map(hexPair).joined()
        }
    }
}
