// SPDX-License-Identifier: Apache-2.0

internal import Glibc
internal import SondeText

/// What a list of stored scans says of one.
package struct StoredScan: Hashable, Sendable {
    /// Its number.
    package let id: Int64
    /// When it began, seconds since 1970.
    package let started: Double
    /// How long it took, seconds; nothing if it did not end.
    package let elapsed: Double?
    /// `done`, `stopped`, `running`, or `killed`.
    package let status: String
    /// Hosts that are up, of those that are done.
    package let hostsUp: Int
    /// Open ports.
    package let openPorts: Int
    /// The command line.
    package let command: String
}

/// A database of stored scans, to be read.
package final class ScanDatabase {
    /// The file.
    package let path: String
    let connection: SQLiteConnection
    /// The version of its tables.
    let version: Int

    /// Opens a database that is there.
    ///
    /// - Throws: ``StoreError`` if there is none, or it is one of something else.
    package init(_ path: String) throws(StoreError) {
        self.path = path
        guard unsafe access(path, R_OK) == 0 else {
            throw StoreError(errno == ENOENT ? "there is no scan database \(path)" : "cannot read \(path)")
        }
        connection = try SQLiteConnection(path, isReadOnly: true)
        let statement = try connection.prepare("PRAGMA user_version")
        let found = try statement.step() ? statement.row.first?.integer ?? 0 : 0
        statement.reset()
        self.version = found
        guard (1...StoreSchema.version).contains(found) else {
            throw StoreError(
                found == 0
                    ? "\(path) holds no stored scans"
                    : "\(path) is of version \(found), which is later than this program's \(StoreSchema.version)"
            )
        }
    }

    /// The user's database: `sonde/scans.db` in `$XDG_DATA_HOME`, or `~/.local/share`; nothing without a home.
    package static func usualPath(_ variable: (String) -> String?) -> String? {
        if let data = variable("XDG_DATA_HOME"), data.hasPrefix("/") { return data + "/sonde/scans.db" }
        guard let home = variable("HOME"), home.hasPrefix("/") else { return nil }
        return home + "/.local/share/sonde/scans.db"
    }

    /// Makes the directories that lead to a database.
    package static func makeDirectories(for path: String) {
        var prefix = ""
        for part in path.split(separator: "/").dropLast() {
            prefix += "/" + part
            _ = unsafe mkdir(prefix, 0o700)
        }
    }

    /// All scans, latest first.
    package func scans() throws(StoreError) -> [StoredScan] {
        let statement = try connection.prepare(
            """
            SELECT id,started,elapsed,status,process,command,
            (SELECT count(*) FROM hosts WHERE scan=scans.id AND state='up' AND done=1),
            (SELECT count(*) FROM ports JOIN hosts ON ports.host=hosts.id
              WHERE hosts.scan=scans.id AND ports.state='open')
            FROM scans ORDER BY id DESC
            """
        )
        var scans: [StoredScan] = []
        while try statement.step() {
            let row = statement.row
            scans.append(
                StoredScan(
                    id: Int64(row[0].integer ?? 0),
                    started: row[1].double ?? 0,
                    elapsed: row[2].double,
                    status: Self.status(row[3].text ?? "", process: row[4].integer),
                    hostsUp: row[6].integer ?? 0,
                    openPorts: row[7].integer ?? 0,
                    command: row[5].text ?? ""
                )
            )
        }
        return scans
    }

    private static func status(_ text: String, process: Int?) -> String {
        guard text == "running", let process = process.flatMap(Int32.init(exactly:)) else { return text }
        return kill(process, 0) == 0 || errno == EPERM ? "running" : "killed"
    }

    /// The number of the latest scan.
    ///
    /// - Throws: ``StoreError`` if there is none.
    package func latest() throws(StoreError) -> Int64 {
        let statement = try connection.prepare("SELECT max(id) FROM scans")
        guard try statement.step(), let id = statement.row.first?.integer else {
            throw StoreError("\(path) holds no scan yet")
        }
        return Int64(id)
    }

    /// Carries out a query of the user's; the database cannot be changed by it.
    ///
    /// - Parameters:
    ///   - sql: one statement.
    ///   - onRow: called for each row, with the names of the columns and its values.
    /// - Throws: an error in one line that names what is wrong.
    package func query(
        _ sql: String,
        onRow: ([String], [SQLiteValue]) -> Void
    ) throws(StoreError) {
        let statement = try connection.prepare(sql)
        let columns = statement.columns
        while try statement.step() { onRow(columns, statement.row) }
    }

    /// How long each script takes on the average, seconds, of all scans kept.
    package func scriptCosts() throws(StoreError) -> [String: Double] {
        let statement = try connection.prepare("SELECT script,seconds/runs FROM costs WHERE runs>0")
        var costs: [String: Double] = [:]
        while try statement.step() {
            if let id = statement.row[0].text, let seconds = statement.row[1].double { costs[id] = seconds }
        }
        return costs
    }
}
