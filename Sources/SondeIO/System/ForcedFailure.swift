// SPDX-License-Identifier: Apache-2.0

/// A failure that a test wants a system call to have.
package struct ForcedFailure: Hashable, Sendable {
    /// Which calls count towards ``occurrence``; every call if this is `nil`.
    package let call: String?
    /// The counting call that fails, from 1.
    package let occurrence: Int
    /// The error number it fails with.
    package let number: Int32

    /// Makes a failure of the n-th call, or of the n-th call of one name.
    package init(call: String? = nil, occurrence: Int, number: Int32) {
        self.call = call
        self.occurrence = occurrence
        self.number = number
    }
}

/// The failures a test has asked for, and how far the counting is.
struct FailurePlan {
    private var waiting: [(failure: ForcedFailure, seen: Int)] = []
    private(set) var firedCount = 0

    var isEmpty: Bool { waiting.isEmpty }

    mutating func add(_ failure: ForcedFailure) { waiting.append((failure, 0)) }

    mutating func removeAll() { waiting = [] }

    /// Counts one call; gives the error number it must fail with, if any.
    mutating func number(for call: String) -> Int32? {
        for index in waiting.indices where waiting[index].failure.call.map({ $0 == call }) ?? true {
            waiting[index].seen += 1
        }
        guard let index = waiting.firstIndex(where: { $0.seen == $0.failure.occurrence }) else { return nil }
        firedCount += 1
        return waiting.remove(at: index).failure.number
    }
}
