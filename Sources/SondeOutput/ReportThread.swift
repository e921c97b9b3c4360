// SPDX-License-Identifier: Apache-2.0

package import SondeModel
internal import SondeThread

/// Writes the reports of a scan on a thread of its own, so that formatting and writing cost the scan no time.
///
/// What comes together is written together. Where the queue is full, as nobody reads a pipe, the scan waits as it would if
/// it wrote itself.
package final class ReportThread {
    /// Events that may wait in the queue.
    private static let mostWaiting = 16_384

    private let group: ReporterGroup
    private let thread: BatchThread<ScanEvent>
    private var hasThread = true

    /// Makes the thread; without one, as the system may refuse it, events are handled where they are taken.
    ///
    /// - Parameter group: the reports, which belong to the thread until ``finish()`` returns.
    package init(_ group: ReporterGroup) {
        self.group = group
        // Safe because the group is touched by the thread alone from its start to its end.
        nonisolated(unsafe) let owned = group
        thread = BatchThread(mostWaiting: Self.mostWaiting) {
            { events in
                unsafe owned.handle(events)
                return true
            }
        }
    }

    /// Takes an event, to be reported after those before it.
    package func take(_ event: ScanEvent) {
        guard hasThread else { return group.handle(event) }
        do { try thread.take(event) } catch {
            // Only the first event starts the thread, so none is with it.
            hasThread = false
            group.handle(event)
        }
    }

    /// Says that nothing comes any more; ``finish()`` then has less to wait for.
    package func end() { thread.end() }

    /// Waits until all is written, and ends the reports.
    package func finish() {
        thread.finish()
        group.finish()
    }
}
