// SPDX-License-Identifier: Apache-2.0

/// What a key pressed during a scan asks for.
enum StatusKey: Hashable, Sendable {
    /// Show the progress: Enter, or any key without a meaning of its own.
    case status
    /// Tell more: `v`.
    case raiseVerbosity
    /// Tell less: `V`.
    case lowerVerbosity
    /// Tell more of what goes on inside: `d`.
    case raiseDebugging
    /// Tell less of it: `D`.
    case lowerDebugging
    /// Start telling packets: `p`.
    case startPacketTrace
    /// Stop telling packets: `P`.
    case stopPacketTrace
    /// End the script that has been running longest: `s`.
    case skipScript
    /// List the keys: `?`.
    case help
}

/// Turns bytes from a terminal into keys.
///
/// A key such as an arrow sends several bytes (ECMA-48: escape, `[`, parameters, a final byte); it counts as
/// one key, also if its bytes arrive in several reads. So does a character of several bytes (UTF-8).
struct StatusKeys: Hashable, Sendable {
    private enum State: Hashable, Sendable {
        case ground
        case escape
        case sequence
    }

    /// What `?` prints.
    static let helpText = """
        Keys: Enter shows the progress
          v/V  tell more/less
          d/D  tell more/less of what goes on inside
          p/P  start/stop telling packets
          s    skip the script that has been running longest
          ?    this list

        """

    private var state = State.ground

    /// The keys that some bytes complete.
    mutating func decode(_ bytes: some Sequence<UInt8>) -> [StatusKey] {
        bytes.compactMap { decode($0) }
    }

    private mutating func decode(_ byte: UInt8) -> StatusKey? {
        switch state {
        case .ground: return decodeGround(byte)
        case .escape:
            let opensSequence = byte == UInt8(ascii: "[") || byte == UInt8(ascii: "O")
            state = opensSequence ? .sequence : .ground
            return opensSequence ? nil : .status
        case .sequence:
            guard (0x40...0x7E).contains(byte) else { return nil }
            state = .ground
            return .status
        }
    }

    private mutating func decodeGround(_ byte: UInt8) -> StatusKey? {
        switch byte {
        case 0x1B:
            state = .escape
            return nil
        case UInt8(ascii: "v"): return .raiseVerbosity
        case UInt8(ascii: "V"): return .lowerVerbosity
        case UInt8(ascii: "d"): return .raiseDebugging
        case UInt8(ascii: "D"): return .lowerDebugging
        case UInt8(ascii: "p"): return .startPacketTrace
        case UInt8(ascii: "P"): return .stopPacketTrace
        case UInt8(ascii: "s"): return .skipScript
        case UInt8(ascii: "?"): return .help
        case 0x80..<0xC0: return nil
        default: return .status
        }
    }
}
