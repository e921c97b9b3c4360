// SPDX-License-Identifier: Apache-2.0

internal import Glibc
package import SondeModel
internal import SondeThread
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
        var failure: StoreError?
        var scan: Int64 = 0
    }

    /// What the thread finds out.
    private final class Findings: Sendable {
        let state = Mutex(State())
    }

    private let findings = Findings()
    private let thread: BatchThread<ScanEvent>

    /// Makes a writer; nothing is opened yet.
    package init(_ request: Request) {
        thread = BatchThread { [findings] in
            do throws(StoreError) {
                return Self.handler(try StoreTransactions(request), findings)
            } catch {
                findings.state.withLock { $0.failure = error }
                return { _ in false }
            }
        }
    }

    private static func handler(
        _ transactions: StoreTransactions,
        _ findings: Findings
    ) -> BatchThread<ScanEvent>.Handler {
        { events in
            do throws(StoreError) {
                try transactions.write(events)
                findings.state.withLock { $0.scan = transactions.scan }
                return true
            } catch {
                findings.state.withLock { $0.failure = error }
                return false
            }
        }
    }

    /// Why scans are not kept; nothing while all is well.
    package var failure: StoreError? { findings.state.withLock(\.failure) }

    /// The number of the scan; 0 before it is known.
    package var scan: Int64 { findings.state.withLock(\.scan) }

    /// Takes an event; returns at once.
    package func take(_ event: ScanEvent) {
        switch event {
        case .hostFound, .phaseStarted, .preScripts, .postScripts, .diagnostic, .progress: return
        case .started, .phaseEnded, .script, .portsKnown, .host, .finished: break
        }
        guard failure == nil else { return }
        do { try thread.take(event) } catch {
            findings.state.withLock {
                $0.failure = StoreError("no thread can be started: \(systemText(error.number))")
            }
        }
    }

    /// Waits until all events are written, and closes the database.
    package func finish() { thread.finish() }
}
