// SPDX-License-Identifier: Apache-2.0

internal import Glibc

/// The system has no further thread.
package struct ThreadError: Error, Hashable, Sendable {
    /// The error number that `pthread_create` gave.
    package let number: Int32
}

/// A thread of the operating system that runs one closure and takes no signals that are meant for the process.
// Safe because the handle is written before anybody else can have this object, and joined by one caller.
package final class SystemThread: @unchecked Sendable {
    private var handle = pthread_t()

    /// Starts a thread.
    ///
    /// - Parameter body: what it does; the thread ends with it.
    /// - Throws: ``ThreadError`` if the system refuses; the closure is not called then.
    package init(_ body: @escaping @Sendable () -> Void) throws(ThreadError) {
        let work = unsafe Unmanaged.passRetained(Work(body))
        let number = unsafe pthread_create(&handle, nil, runWork, work.toOpaque())
        guard number == 0 else {
            // The thread that would have taken this reference does not exist.
            unsafe work.release()
            throw ThreadError(number: number)
        }
    }

    /// Waits until the closure has returned; called once, or the thread is left to end by itself with ``detach()``.
    package func join() { _ = pthread_join(handle, nil) }

    /// Leaves the thread alone: it ends when its closure does, and nobody waits for it.
    package func detach() { _ = pthread_detach(handle) }
}

/// What a thread takes over.
private final class Work {
    let body: @Sendable () -> Void

    init(_ body: @escaping @Sendable () -> Void) { self.body = body }
}

/// The first function of a thread; takes over the reference that it was started with.
private let runWork: @convention(c) (UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? = { context in
    guard let context = unsafe context else { return nil }
    let work = unsafe Unmanaged<Work>.fromOpaque(context).takeRetainedValue()
    blockSignals()
    work.body()
    return nil
}

/// Signals are for the thread that scans; those that tell of a fault of this one stay.
private func blockSignals() {
    var signals = sigset_t()
    _ = unsafe sigfillset(&signals)
    for fault in [SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGTRAP, SIGABRT] { _ = unsafe sigdelset(&signals, fault) }
    _ = unsafe pthread_sigmask(SIG_BLOCK, &signals, nil)
}
