// SPDX-License-Identifier: Apache-2.0

internal import SondeModel
internal import SondeOutput
internal import SondeText

/// Tells progress as JSON Lines on standard error, `--progress json`.
final class ProgressReporter: Reporter {
    private let sink: OutputFile
    private var status: StatusLine

    init(_ sink: OutputFile, earlierCosts: [String: Double] = [:]) {
        self.sink = sink
        status = StatusLine(earlierCosts: earlierCosts)
    }

    func handle(_ event: ScanEvent) throws(OutputError) {
        status.note(event)
        guard case .progress(let progress) = event else { return }
        var writer = JSONWriter()
        JSONLinesReporter.write(progress, &writer, range: status.range(progress))
        writer.newline()
        try sink.write(writer.take())
        try sink.flush()
    }

    func finish() {}
}
