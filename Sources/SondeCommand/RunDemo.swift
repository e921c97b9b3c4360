// SPDX-License-Identifier: Apache-2.0

/// Shows what the program can do, without a network.
///
/// - Parameter arguments: the words after `demo`.
/// - Returns: the status to exit with.
func runDemo(_ arguments: [String]) async -> Int32 {
    StandardStreams.complain("sonde: demo is not available in this version")
    return 1
}
