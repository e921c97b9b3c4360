// SPDX-License-Identifier: Apache-2.0

/// What a call gives: its result at once, or an operation that goes on.
///
/// A call that gives ``done(_:)`` never calls its completion. One that gives ``pending(_:)`` calls it exactly once, later, from
/// the loop, unless the operation is cancelled.
package enum Attempt<Value> {
    /// It is finished.
    case done(Result<Value, StreamError>)
    /// It goes on; the completion will be called.
    case pending(Operation)

    /// A success at once.
    static func success(_ value: Value) -> Attempt { .done(.success(value)) }

    /// A failure at once.
    static func failure(_ error: StreamError) -> Attempt { .done(.failure(error)) }
}

/// Whoever carries out an operation.
protocol OperationOwner: AnyObject {
    /// Ends an operation without calling its completion.
    func cancel(_ operation: Operation)
}

/// Something that a call began and that has not ended yet.
///
/// Nobody needs to keep it: what it works on keeps itself until the operation ends.
package final class Operation {
    private var owner: (any OperationOwner)?

    init(owner: any OperationOwner) { self.owner = owner }

    /// Whether the completion can still be called.
    package var isPending: Bool { owner != nil }

    /// Ends it at once: after this call the completion is never called.
    ///
    /// Cancelling twice, or something that has ended, does nothing.
    package func cancel() {
        guard let owner else { return }
        self.owner = nil
        owner.cancel(self)
    }

    /// Lets go of the owner; called by it before it calls the completion.
    func finish() { owner = nil }
}
