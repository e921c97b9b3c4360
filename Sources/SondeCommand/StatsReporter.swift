// SPDX-License-Identifier: Apache-2.0

internal import SondeModel
internal import SondeOutput

/// Prints how far the scan is, as often as `--stats-every` says, where no status line shows it all the time.
final class StatsReporter: Reporter {
    private let sink: OutputFile
    private var status = StatusLine()

    init(_ sink: OutputFile) { self.sink = sink }

    func handle(_ event: ScanEvent) throws(OutputError) {
        status.note(event)
        guard case .progress(let progress) = event else { return }
        for line in status.report(progress) { try sink.write((line + "\n").utf8) }
        try sink.flush()
    }

    func finish() {}
}
