// SPDX-License-Identifier: Apache-2.0

/// Swift tasks run on the loop: with it as their preferred executor, and actors with it as theirs.
extension EventLoop: SerialExecutor, TaskExecutor {
    /// Takes a job; from the loop's own thread this makes no system call.
    package func enqueue(_ job: consuming ExecutorJob) { leave(UnownedJob(job)) }

    /// The loop as the executor of an actor.
    package func asUnownedSerialExecutor() -> UnownedSerialExecutor {
        unsafe UnownedSerialExecutor(ordinary: self)
    }

    /// The loop as the preferred executor of a task.
    package func asUnownedTaskExecutor() -> UnownedTaskExecutor { unsafe UnownedTaskExecutor(ordinary: self) }

    /// Stops the process if the present thread is not the loop's.
    package func checkIsolated() { precondition(isOnLoop, "not on the thread of the event loop") }

    /// Whether the present thread is the loop's.
    package func isIsolatingCurrentContext() -> Bool? { isOnLoop }

    /// Runs one job to its next suspension, as the loop and for the loop.
    func run(_ job: UnownedJob) {
        unsafe job.runSynchronously(
            isolatedTo: asUnownedSerialExecutor(),
            taskExecutor: asUnownedTaskExecutor()
        )
    }

    /// Starts linear code that runs on the loop from beginning to end.
    ///
    /// The body may use what is confined to the loop, although it is not `Sendable`.
    ///
    /// - Parameter body: what to do.
    /// - Returns: the task; cancel it when its result is not wanted any more.
    package func start<Value: Sendable>(_ body: @escaping () async -> Value) -> Task<Value, Never> {
        assertOnLoop()
        let bound = LoopBound(body)
        return Task(executorPreference: self) { [self] in
            assertOnLoop()
            return await bound.value()
        }
    }
}

/// A value that is confined to a loop, on its way through code that another thread could run.
// Safe because it is made and used on the thread of its loop only: tasks that carry it have the loop as their preferred
// executor, and what other threads submit is run by the loop.
struct LoopBound<Value>: @unchecked Sendable {
    let value: Value

    init(_ value: Value) { self.value = value }
}
