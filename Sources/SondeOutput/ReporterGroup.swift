// SPDX-License-Identifier: Apache-2.0

package import SondeModel

/// Several reports of one scan.
///
/// A report that fails is left alone from then on, and the others go on.
package final class ReporterGroup {
    private var active: [any Reporter]
    private let onFailure: (OutputError) -> Void
    /// What failed so far, in order.
    package private(set) var failures: [OutputError] = []

    /// Makes a group.
    ///
    /// - Parameters:
    ///   - reporters: the reports, in the order in which they get events.
    ///   - onFailure: called once for each report that fails.
    package init(_ reporters: [any Reporter], onFailure: @escaping (OutputError) -> Void = { _ in }) {
        active = reporters
        self.onFailure = onFailure
    }

    /// Gives an event to all reports that still work.
    package func handle(_ event: ScanEvent) {
        forEach { (reporter) throws(OutputError) in try reporter.handle(event) }
    }

    /// Ends all reports that still work; nothing may come afterwards.
    package func finish() {
        forEach { (reporter) throws(OutputError) in try reporter.finish() }
        active = []
    }

    private func forEach(_ body: (any Reporter) throws(OutputError) -> Void) {
        var working: [any Reporter] = []
        for reporter in active {
            do throws(OutputError) {
                try body(reporter)
                working.append(reporter)
            } catch {
                failures.append(error)
                onFailure(error)
            }
        }
        active = working
    }
}
