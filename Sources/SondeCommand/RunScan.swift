// SPDX-License-Identifier: Apache-2.0

internal import Sonde

/// Carries a scan out.
///
/// - Returns: the status to exit with.
func runScan(_ request: ScanRequest) async -> Int32 {
    StandardStreams.complain("sonde: scanning is not available in this version")
    return 1
}
