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

    /// Gives events to all reports that still work, in order.
    ///
    /// What is told of hosts may reach one report after the other, many hosts at a time; everything else, as a message on
    /// standard error, comes in its place between them.
    package func handle(_ events: [ScanEvent]) {
        var rest = events[...]
        while let first = rest.first {
            let count = first.isOfHost ? rest.prefix(while: \.isOfHost).count : 1
            let run = rest.prefix(count)
            forEach { (reporter) throws(OutputError) in try reporter.handle(run) }
            rest = rest.dropFirst(count)
        }
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

extension ScanEvent {
    /// Whether it tells of one host only.
    fileprivate var isOfHost: Bool {
        switch self {
        case .host, .hostFound, .portsKnown, .script: true
        case .started, .phaseStarted, .phaseEnded, .preScripts, .postScripts, .diagnostic, .progress,
            .finished:
            false
        }
    }
}
