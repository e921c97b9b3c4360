// SPDX-License-Identifier: Apache-2.0

internal import SondeModel
internal import SondeOutput
internal import SondeStore

/// Keeps a scan in the scan database while it runs; a failure is told and ends nothing.
final class StoreReporter: Reporter {
    private let writer: StoreWriter
    private let complain: (String) -> Void
    private var hasComplained = false

    init(_ writer: StoreWriter, complain: @escaping (String) -> Void) {
        self.writer = writer
        self.complain = complain
    }

    func handle(_ event: ScanEvent) {
        writer.take(event)
        if case .host = event { complainOfFailure() }
    }

    func finish() {
        writer.finish()
        complainOfFailure()
    }

    private func complainOfFailure() {
        guard !hasComplained, let failure = writer.failure else { return }
        hasComplained = true
        complain("the scan is not kept for later: \(failure.description); --no-store leaves this out")
    }
}
