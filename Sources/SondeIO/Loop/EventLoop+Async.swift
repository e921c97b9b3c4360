// SPDX-License-Identifier: Apache-2.0

package import SondeModel

/// Linear code over operations with completions.
extension EventLoop {
    /// Begins an operation and waits for its result, on the loop.
    ///
    /// When the task is cancelled the operation is too, and this fails with ``StreamError/cancelled``.
    /// - Parameter begin: starts the operation with the completion it is given.
    /// - Returns: what the operation gives.
    /// - Throws: what it fails with.
    package func complete<Value>(
        _ begin: (@escaping (Result<Value, StreamError>) -> Void) -> Attempt<Value>
    ) async throws(StreamError) -> Value {
        assertOnLoop()
        let waiter = OperationWaiter<Value>()
        switch begin({ waiter.end($0) }) {
        case .done(let result): return try result.get()
        case .pending(let operation): waiter.operation = operation
        }
        let bound = LoopBound(waiter)
        await withTaskCancellationHandler {
            unsafe await withUnsafeContinuation { unsafe waiter.wait($0) }
        } onCancel: {
            submit { bound.value.cancel() }
        }
        assertOnLoop()
        return try (waiter.result ?? .failure(.cancelled)).get()
    }

    /// Waits for an instant, on the loop.
    ///
    /// Throws ``StreamError/cancelled`` if the task is cancelled.
    package func sleep(until instant: Instant) async throws(StreamError) {
        try await complete { then in
            let sleeper = Sleeper(self)
            return .pending(sleeper.begin(until: instant, then))
        }
    }
}

/// Where the result of an operation and the task that waits for it meet.
@safe private final class OperationWaiter<Value> {
    var operation: Operation?
    private(set) var result: Result<Value, StreamError>?
    private var continuation: UnsafeContinuation<Void, Never>?

    /// Safe because a continuation is taken out before it is resumed, hence resumed once.
    func wait(_ continuation: UnsafeContinuation<Void, Never>) {
        if result == nil { unsafe self.continuation = continuation } else { unsafe continuation.resume() }
    }

    func end(_ result: Result<Value, StreamError>) {
        guard self.result == nil else { return }
        self.result = result
        operation = nil
        let waiting = unsafe continuation
        unsafe continuation = nil
        unsafe waiting?.resume()
    }

    func cancel() {
        guard let operation else { return }
        operation.cancel()
        end(.failure(.cancelled))
    }
}

/// A wait for an instant as an operation.
private final class Sleeper: OperationOwner {
    private let loop: EventLoop
    private var deadline: DeadlineID?

    init(_ loop: EventLoop) { self.loop = loop }

    func begin(until instant: Instant, _ then: @escaping (Result<Void, StreamError>) -> Void) -> Operation {
        let operation = Operation(owner: self)
        deadline = loop.schedule(at: instant) {
            operation.finish()
            then(.success(()))
        }
        return operation
    }

    func cancel(_ operation: Operation) {
        if let deadline { loop.cancel(deadline) }
    }
}
