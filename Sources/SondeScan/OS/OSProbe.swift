// SPDX-License-Identifier: Apache-2.0

/// One probe of OS detection (spec page `os-detection`, section 3).
package enum OSProbe: Hashable, Sendable {
    /// One of the six that are sent in even steps, 0 to 5.
    case sequence(Int)
    /// One of these again, only for its options and window.
    case options(Int)
    /// The SYN that offers explicit congestion notification.
    case congestion
    /// The first of the seven, again, 1, or one of the others, 2 to 7.
    case t(Int)
    /// One of the two echo requests, 0 or 1.
    case echo(Int)
    /// The datagram to a closed port.
    case unreachable
    /// The question for the link-layer address; IPv6 only.
    case neighbor

    /// How far the source port of a TCP probe is from the first; nothing for the others.
    package var portOffset: UInt16? {
        switch self {
        case .sequence(let index): UInt16(truncatingIfNeeded: index)
        case .options(let index): UInt16(truncatingIfNeeded: 6 + index)
        case .congestion: 12
        case .t(let index): UInt16(truncatingIfNeeded: 12 + index)
        case .echo, .unreachable, .neighbor: nil
        }
    }

    /// The TCP probe whose source port is so far from the first; nothing if there is none.
    package init?(portOffset: UInt16) {
        switch Int(portOffset) {
        case let offset where offset < 6: self = .sequence(offset)
        case let offset where offset < 12: self = .options(offset - 6)
        case 12: self = .congestion
        case let offset where offset < 20: self = .t(offset - 12)
        default: return nil
        }
    }

    /// Whether it goes to a closed TCP port.
    package var wantsClosedPort: Bool { if case .t(let index) = self { index >= 5 } else { false } }
}
