// SPDX-License-Identifier: Apache-2.0

internal import Glibc
package import SondeModel
internal import Synchronization

/// Keeps a scan in a database while it runs, on a thread of its own.
///
/// Taking an event costs the caller no more than putting it into a queue. The thread opens the database when the first
/// event comes and writes what is in the queue in one transaction, so at most the last hundredth of a second is lost
/// when the process is killed. A failure is told once, and the scan goes on.
package final class StoreWriter: Sendable {
    /// What is kept of a scan besides its events.
    package struct Request: Hashable, Sendable {
        /// The database's file.
        package var path: String
        /// The words of the command line, the program's name first.
        package var arguments: [String]
        /// The working directory.
        package var directory: String
        /// Whether the file must be complete by itself after the scan; else its log may stay beside it.
        package var isPortable: Bool
        /// The scan to go on with; nothing for a new one.
        package var continuing: Int64?
        /// The process that scans.
        package var process: Int32

        /// Makes a request.
        package init(
            path: String,
            arguments: [String],
            directory: String,
            isPortable: Bool,
            continuing: Int64? = nil
        ) {
            self.path = path
            self.arguments = arguments
            self.directory = directory
            self.isPortable = isPortable
            self.continuing = continuing
            process = getpid()
        }
    }

    private struct State {
        var events: [ScanEvent] = []
        var isAwake = false
        var isEnding = false
        var failure: StoreError?
        var scan: Int64 = 0
    }

    /// Milliseconds that events may wait for others to be written with them.
    private static let patience: CInt = 10

    private let request: Request
    private let state = Mutex(State())
    /// Wakes the thread; a pipe, as it can be waited for with a time limit.
    private let wakeUp: (read: CInt, write: CInt)
    private let thread = Mutex<pthread_t?>(nil)

    /// Makes a writer; nothing is opened yet.
    package init(_ request: Request) {
        self.request = request
        var ends: [CInt] = [-1, -1]
        // The array has room for the two descriptors that the call writes.
        _ = unsafe ends.withUnsafeMutableBufferPointer { unsafe pipe($0.baseAddress) }
        for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        wakeUp = (ends[0], ends[1])
    }

    deinit {
        close(wakeUp.read)
        close(wakeUp.write)
    }

    /// Why scans are not kept; nothing while all is well.
    package var failure: StoreError? { state.withLock(\.failure) }

    /// The number of the scan; 0 before it is known.
    package var scan: Int64 { state.withLock(\.scan) }

    /// Takes an event; returns at once.
    package func take(_ event: ScanEvent) {
        switch event {
        case .hostFound, .phaseStarted, .preScripts, .postScripts, .diagnostic, .progress: return
        case .started, .phaseEnded, .script, .portsKnown, .host, .finished: break
        }
        let mustWake = state.withLock { state in
            guard state.failure == nil else { return false }
            state.events.append(event)
            defer { state.isAwake = true }
            return !state.isAwake
        }
        if mustWake { wake(0) }
    }

    /// Waits until all events are written, and closes the database.
    package func finish() {
        state.withLock { $0.isEnding = true }
        let running = thread.withLock { $0 }
        guard let running else { return }
        wake(1)
        _ = pthread_join(running, nil)
        thread.withLock { $0 = nil }
    }

    private func wake(_ word: UInt8) {
        thread.withLock { thread in if thread == nil { thread = start() } }
        var word = word
        // One octet of this frame.
        _ = unsafe write(wakeUp.write, &word, 1)
    }

    /// Starts the thread, which keeps this object alive until it ends.
    private func start() -> pthread_t? {
        var thread = pthread_t()
        let context = unsafe Unmanaged.passRetained(self).toOpaque()
        // The context is taken over by the thread; it is given back here if there is none.
        let code = unsafe pthread_create(
            &thread,
            nil,
            { context in
                guard let context = unsafe context else { return nil }
                unsafe Unmanaged<StoreWriter>.fromOpaque(context).takeRetainedValue().run()
                return nil
            },
            context
        )
        guard code == 0 else {
            unsafe Unmanaged<StoreWriter>.fromOpaque(context).release()
            state.withLock { $0.failure = StoreError("no thread can be started: \(systemText(code))") }
            return nil
        }
        return thread
    }

    // MARK: On the thread

    private func run() {
        blockSignals()
        do throws(StoreError) {
            let transactions = try StoreTransactions(request)
            while true {
                let (events, isLast) = nextBatch()
                if !events.isEmpty {
                    try transactions.write(events)
                    state.withLock { $0.scan = transactions.scan }
                }
                if isLast { return }
            }
        } catch {
            state.withLock { state in
                state.failure = error
                state.events = []
            }
        }
    }

    /// Waits for events and a moment for more of them.
    private func nextBatch() -> ([ScanEvent], isLast: Bool) {
        var entry = pollfd(fd: wakeUp.read, events: Int16(POLLIN), revents: 0)
        var word: UInt8 = 0
        // One octet of this frame.
        _ = unsafe read(wakeUp.read, &word, 1)
        if word == 0 { _ = unsafe poll(&entry, 1, Self.patience) }
        return state.withLock { state in
            defer {
                state.events = []
                state.isAwake = false
            }
            return (state.events, state.isEnding)
        }
    }

    /// Signals are for the thread that scans.
    private func blockSignals() {
        var all = sigset_t()
        _ = unsafe sigfillset(&all)
        _ = unsafe pthread_sigmask(SIG_BLOCK, &all, nil)
    }
}
