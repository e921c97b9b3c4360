// SPDX-License-Identifier: Apache-2.0

internal import SondeIO
internal import SondeLua
internal import SondeModel

/// How threads wait for operations, and what is going on meanwhile.
extension ScriptEngine {
    /// The thread whose coroutine calls, provided that it can be suspended here.
    func suspendableThread(_ frame: borrowing CallFrame) throws(HostError) -> ScriptThread {
        guard let current else { throw .message("attempt to yield from outside a coroutine") }
        try frame.requireSuspension()
        return current
    }

    /// Starts an operation for the calling thread and pushes its result, at once or when it is there.
    ///
    /// - Parameters:
    ///   - frame: the call.
    ///   - start: starts the operation; given what to call when it ends.
    ///   - deliver: pushes the outcome for the script.
    /// - Returns: what the host function returns.
    /// - Throws: ``HostError`` where the caller cannot be suspended.
    func wait<Value>(
        _ frame: borrowing CallFrame,
        start: (@escaping (Result<Value, StreamError>) -> Void) -> Attempt<Value>,
        deliver: @escaping (Result<Value, StreamError>, borrowing CallFrame) throws(HostError) -> HostReturn
    ) throws(HostError) -> HostReturn {
        let thread = try suspendableThread(frame)
        thread.generation += 1
        let generation = thread.generation
        // The engine ends all threads before it goes, and an ended thread has another generation. Weak references would make
        // every use of engine and thread dearer.
        let attempt = start { [unowned self, thread] result in
            guard thread.generation == generation else { return }
            thread.operation = nil
            resume(thread) { (frame) throws(HostError) in try deliver(result, frame) }
        }
        switch attempt {
        case .pending(let operation):
            thread.operation = operation
            return .suspended
        case .done(let result):
            thread.immediate += 1
            if thread.immediate < Self.immediateOperations { return try deliver(result, frame) }
            // Others first: the thread goes to the end of the queue with its result in hand.
            thread.delivery = { (frame) throws(HostError) in try deliver(result, frame) }
            return .suspended
        }
    }

    /// Makes a parked thread runnable; `delivery` pushes what it waited for.
    func resume(_ thread: ScriptThread, with delivery: @escaping HostBody) {
        guard thread.stage != .ended else { return }
        thread.delivery = delivery
        thread.leaveQueue = nil
        unpark(thread)
        guard thread.stage == .parked else { return }
        thread.stage = .runnable
        ready.append(thread)
    }

    /// Waits as ``wait(_:start:deliver:)`` does, for something that a socket does.
    ///
    /// Where the socket is closed or connected anew meanwhile, the thread goes on with `CANCELLED`.
    func wait<Value>(
        _ frame: borrowing CallFrame,
        on socket: NmapSocket,
        start: (@escaping (Result<Value, StreamError>) -> Void) -> Attempt<Value>,
        deliver: @escaping (Result<Value, StreamError>, borrowing CallFrame) throws(HostError) -> HostReturn
    ) throws(HostError) -> HostReturn {
        let answer = try wait(frame, start: start, deliver: deliver)
        if answer == .suspended, let current { socket.isAwaited(by: current) }
        return answer
    }

    /// Ends a wait from outside: the thread goes on with the word for that.
    ///
    /// - Parameters:
    ///   - thread: who waits.
    ///   - generation: the count of its waits then; a later wait is left alone.
    func cancelWait(of thread: ScriptThread, generation: Int) {
        guard thread.generation == generation, thread.stage == .parked, let operation = thread.operation
        else { return }
        thread.operation = nil
        operation.cancel()
        resume(thread) { [unowned self] frame in eventFailure(frame, .cancelled) }
    }

    // MARK: What is going on

    /// Ids of the scripts that run, each with the number of its threads, longest-running first.
    package var activity: [String] {
        var oldest: [String: (started: Instant, count: Int)] = [:]
        for thread in threads.values {
            let known = oldest[thread.script.id]
            oldest[thread.script.id] = (
                min(known?.started ?? thread.started, thread.started), (known?.count ?? 0) + 1
            )
        }
        let order = oldest.sorted { ($0.value.started, $0.key) < ($1.value.started, $1.key) }
        return order.map { $0.value.count == 1 ? $0.key : "\($0.key) (\($0.value.count))" }
    }

    /// Threads that live, and how many of them wait.
    package var threadCounts: (total: Int, waiting: Int) {
        (threads.count, threads.values.count { $0.stage == .parked })
    }
}
