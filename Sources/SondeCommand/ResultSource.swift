// SPDX-License-Identifier: Apache-2.0

internal import SondeStore

/// Results that were kept, named by the user: a file of any format, or a stored scan.
enum ResultSource {
    /// Reads results.
    ///
    /// - Parameters:
    ///   - name: `last`, the number of a stored scan (`12`, `#12`), a file of results, a scan database (its latest
    ///     scan is meant), or `DATABASE#12`. A file called like a number is written `./12`.
    ///   - store: the database; nothing for the usual one.
    /// - Returns: the results.
    /// - Throws: ``StoreError`` in one line that names the source.
    static func read(_ name: String, store: String?) throws(StoreError) -> ScanResults {
        if let number = number(name) {
            let database = try open(store)
            if let number { return try database.results(of: number) }
            return try database.results(of: try database.latest())
        }
        let parts = name.split(separator: "#", maxSplits: 1).map(String.init)
        if parts.count == 2, let id = Int64(parts[1]), ResultFile.isDatabase(parts[0]) {
            return try ScanDatabase(parts[0]).results(of: id)
        }
        guard ResultFile.isDatabase(name) else { return try ResultFile.read(name) }
        let database = try ScanDatabase(name)
        return try database.results(of: database.latest())
    }

    /// The database that is meant.
    static func open(_ store: String?) throws(StoreError) -> ScanDatabase {
        guard let path = store ?? StorePlace.usual else {
            throw StoreError("there is no home directory to look for stored scans in; use --store FILE")
        }
        return try ScanDatabase(path)
    }

    /// The number of a stored scan; an inner nothing for the latest, an outer nothing if no stored scan is meant.
    static func number(_ name: String) -> Int64?? {
        if name == "last" { return .some(nil) }
        let digits = name.hasPrefix("#") ? name.dropFirst() : name[...]
        guard let number = Int64(digits), number > 0 else { return nil }
        return .some(number)
    }
}
