// SPDX-License-Identifier: Apache-2.0

/// The tables of a scan database (`docs/scan-database.md`).
enum StoreSchema {
    /// The version that this program writes.
    static let version = 1

    /// Makes the tables where they are missing.
    ///
    /// - Throws: ``StoreError`` if the file is a database of something else, or of a later version.
    static func prepare(_ connection: SQLiteConnection, path: String) throws(StoreError) {
        let statement = try connection.prepare("PRAGMA user_version")
        let found = try statement.step() ? statement.row.first?.integer ?? 0 : 0
        statement.reset()
        guard found != version else {
            try connection.execute(hostIndex)
            return
        }
        guard found == 0 else {
            throw StoreError("\(path) is of version \(found), which is later than this program's \(version)")
        }
        let tables = try connection.prepare("SELECT count(*) FROM sqlite_master")
        let isEmpty = try tables.step() && tables.row.first?.integer == 0
        tables.reset()
        guard isEmpty else { throw StoreError("\(path) is a database, but not of stored scans") }
        try connection.execute("BEGIN IMMEDIATE;\(sql)\(hostIndex)PRAGMA user_version = \(version);COMMIT")
    }

    /// Finds a scan's hosts, and one by its address; databases made earlier had an index for the first only.
    private static let hostIndex = """
        DROP INDEX IF EXISTS hosts_of_scan;
        CREATE INDEX IF NOT EXISTS hosts_of_address ON hosts(scan, address);

        """

    private static let sql = """
        CREATE TABLE IF NOT EXISTS scans(
          id INTEGER PRIMARY KEY AUTOINCREMENT, started REAL, ended REAL, elapsed REAL,
          status TEXT NOT NULL, failure TEXT, process INTEGER, version TEXT, command TEXT,
          arguments TEXT, directory TEXT, header TEXT, hosts_up INTEGER, hosts_down INTEGER, hosts_total INTEGER);
        CREATE TABLE IF NOT EXISTS hosts(
          id INTEGER PRIMARY KEY, scan INTEGER NOT NULL REFERENCES scans(id), address TEXT NOT NULL, name TEXT,
          reverse_name TEXT, state TEXT, reason TEXT, started REAL, ended REAL, done INTEGER NOT NULL, facts TEXT);
        CREATE TABLE IF NOT EXISTS ports(
          host INTEGER NOT NULL REFERENCES hosts(id), port INTEGER, protocol TEXT, state TEXT, reason TEXT,
          service TEXT, product TEXT, version TEXT, facts TEXT,
          PRIMARY KEY(host, protocol, port)) WITHOUT ROWID;
        CREATE TABLE IF NOT EXISTS scripts(
          id INTEGER PRIMARY KEY, scan INTEGER NOT NULL REFERENCES scans(id), host INTEGER REFERENCES hosts(id),
          script TEXT NOT NULL, phase TEXT, port INTEGER, protocol TEXT, state TEXT, reason TEXT, started REAL,
          duration REAL, cpu REAL, bytes_out INTEGER, bytes_in INTEGER, denied TEXT, output TEXT, structured TEXT);
        CREATE INDEX IF NOT EXISTS scripts_of_scan ON scripts(scan);
        CREATE TABLE IF NOT EXISTS timings(
          scan INTEGER NOT NULL REFERENCES scans(id), phase TEXT, started REAL, elapsed REAL);
        CREATE TABLE IF NOT EXISTS costs(
          script TEXT PRIMARY KEY, runs INTEGER NOT NULL, seconds REAL NOT NULL) WITHOUT ROWID;
        CREATE VIEW IF NOT EXISTS open_ports AS SELECT scan, address, name, port, protocol, service, product, version
          FROM hosts JOIN ports ON ports.host = hosts.id WHERE ports.state = 'open';
        CREATE VIEW IF NOT EXISTS script_results AS SELECT scripts.scan, address, name, port, protocol, script,
          scripts.state AS state, scripts.reason AS reason, duration, output, structured
          FROM scripts LEFT JOIN hosts ON scripts.host = hosts.id;

        """
}
