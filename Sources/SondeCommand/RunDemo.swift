// SPDX-License-Identifier: Apache-2.0

internal import Sonde

/// Starts small services on loopback, scans them with the built-in scripts, and shows the result.
///
/// - Parameter arguments: the words after `demo`; there are none that mean anything.
/// - Returns: the status to exit with.
func runDemo(_ arguments: [String]) async -> Int32 {
    if let word = arguments.first {
        StandardStreams.complain("sonde: demo takes no arguments; remove '\(word)'")
        return 255
    }
    do throws(ScanError) {
        let session = try ScanSession.demo()
        var request = ScanRequest()
        request.plan = session.plan
        return try runSession(session, request)
    } catch {
        StandardStreams.complain("sonde: \(error.message)")
        return 1
    }
}
