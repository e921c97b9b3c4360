// SPDX-License-Identifier: Apache-2.0

internal import Sonde
internal import SondeStore

/// Where `--from` takes hosts and ports from.
enum GivenSource {
    /// Reads a file of results, or a stored scan.
    ///
    /// - Parameter source: a file's name, or what names a stored scan.
    /// - Returns: the hosts.
    /// - Throws: ``ScanError`` in one line that names the source.
    static func read(_ source: String) throws(ScanError) -> GivenHosts {
        do throws(StoreError) {
            let results = try ResultSource.read(source, store: nil)
            return GivenHosts(
                source: "--from \(source)",
                hosts: results.hosts,
                namedPorts: results.namedPorts
            )
        } catch {
            throw ScanError(.failure, "--from: \(error.description)")
        }
    }
}
