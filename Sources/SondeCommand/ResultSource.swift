// SPDX-License-Identifier: Apache-2.0

internal import SondeStore

/// Results that were kept, named by the user: a file of any format, or a stored scan.
enum ResultSource {
    /// Reads results.
    ///
    /// - Parameters:
    ///   - name: a file, or what names a stored scan.
    ///   - store: the database; nothing for the usual one.
    /// - Throws: ``StoreError`` in one line that names the source.
    static func read(_ name: String, store: String?) throws(StoreError) -> ScanResults {
        try ResultFile.read(name)
    }
}
