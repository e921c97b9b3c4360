// SPDX-License-Identifier: Apache-2.0

/// How much a receive call wants.
package enum ReceiveAmount: Hashable, Sendable {
    /// What one pass of reading gives, at least one byte.
    case some
    /// At least so many bytes, and never less than one.
    case bytes(Int)
    /// At least so many line feeds, and at least one byte.
    case lines(Int)
}

/// What one receive call has collected.
struct ReceiveBuffer {
    /// One pass of reading stops when it has more than this; spec nse-api, section 7.1.
    static let passLimit = 0x8FFFF

    /// The most that one call collects: a peer that sends without end must not fill the memory.
    static let most = 32 << 20

    let amount: ReceiveAmount
    private(set) var bytes: [UInt8] = []
    private var lineFeeds = 0

    init(_ amount: ReceiveAmount) { self.amount = amount }

    var isEmpty: Bool { bytes.isEmpty }

    /// Whether the call has what it wants.
    var isSatisfied: Bool {
        if bytes.count >= Self.most { return true }
        return switch amount {
        case .some: !bytes.isEmpty
        case .bytes(let count): bytes.count >= max(1, count)
        case .lines(let count): !bytes.isEmpty && lineFeeds >= count
        }
    }

    /// Whether a pass ends here: bytes are counted at once, all else reads on while there is something.
    func endsPass(startedAt start: Int) -> Bool {
        if bytes.count - start > Self.passLimit { return true }
        if case .bytes = amount { return isSatisfied }
        return false
    }

    mutating func append(_ new: UnsafeRawBufferPointer) {
        if case .lines = amount { unsafe lineFeeds += new.count { $0 == 0x0A } }
        unsafe bytes.append(contentsOf: new)
    }
}
