// SPDX-License-Identifier: Apache-2.0

package import SondeModel

/// One option of an IPv4 header (RFC 791, section 3.1).
package enum IPv4Option: Hashable, Sendable {
    /// End of the list.
    case end
    /// Padding.
    case none
    /// Addresses to record or to pass, and where the next one goes (octets from the option's start, from 1).
    case route(kind: UInt8, pointer: UInt8, addresses: [IPAddress])
    /// Time stamps: the pointer, overflow and flags, and the words that follow.
    case timestamp(pointer: UInt8, overflowAndFlags: UInt8, words: [UInt32])
    /// Any other.
    case other(kind: UInt8, data: [UInt8])

    /// The kind of a record route option.
    package static let recordRoute: UInt8 = 7
    /// The kind of a time stamp option.
    package static let timestampKind: UInt8 = 68
    /// The kind of a loose source route.
    package static let looseRoute: UInt8 = 131
    /// The kind of a strict source route.
    package static let strictRoute: UInt8 = 137

    /// Reads a list of options up to its end or to the first that makes no sense.
    package static func list(_ octets: [UInt8]) -> [IPv4Option] {
        var options: [IPv4Option] = []
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

    private static func option(_ kind: UInt8, _ data: [UInt8]) -> IPv4Option {
        let span = data.span
        if [recordRoute, looseRoute, strictRoute].contains(kind), data.count % 4 == 1 {
            let addresses = stride(from: 1, to: data.count, by: 4).compactMap {
                try? span.ipv4Address(at: $0)
            }
            return .route(kind: kind, pointer: data[0], addresses: addresses)
        }
        if kind == timestampKind, data.count >= 2, data.count % 4 == 2 {
            let words = stride(from: 2, to: data.count, by: 4).compactMap { try? span.uint32(at: $0) }
            return .timestamp(pointer: data[0], overflowAndFlags: data[1], words: words)
        }
        return .other(kind: kind, data: data)
    }
}

extension IPv4Option: CustomStringConvertible {
    /// One word or group as in packet traces: `NOP`, `RR{#0.0.0.0}`.
    package var description: String {
        switch self {
        case .end: return "EOL"
        case .none: return "NOP"
        case .route(let kind, let pointer, let addresses):
            let names = [Self.recordRoute: "RR", Self.looseRoute: "LSRR", Self.strictRoute: "SSRR"]
            var text = "\(names[kind] ?? "??"){"
            for (index, address) in addresses.enumerated() {
                text += Int(pointer) == 4 + 4 * index ? "#" : " "
                text += "\(address)"
            }
            if Int(pointer) == 4 + 4 * addresses.count { text += "#" }
            return text + "}"
        case .timestamp(let pointer, let overflowAndFlags, let words):
            let list = words.map { "\($0)" }.joined(separator: " ")
            return "TM{ptr=\(pointer) flags=\(overflowAndFlags & 15) \(list)}"
        case .other(let kind, let data):
            return "??{\(kind)" + data.map { "\\x" + hexPair($0) }.joined() + "}"
        }
    }
}

/// Two hexadecimal digits.
package func hexPair(_ octet: UInt8) -> String {
    (octet < 16 ? "0" : "") + String(octet, radix: 16)
}
