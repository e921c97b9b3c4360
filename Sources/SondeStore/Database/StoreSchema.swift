// SPDX-License-Identifier: Apache-2.0

/// The tables of a scan database (`docs/scan-database.md`).
enum StoreSchema {
    /// The version that this program writes.
    static let version = 3

    /// Makes the tables where they are missing.
    ///
    /// A database of an earlier version is brought up to date, and what it holds stays.
    ///
    /// - Parameters:
    ///   - connection: the open database.
    ///   - path: its file, for messages.
    ///   - version: the version to make; an earlier one only in tests.
    /// - Throws: ``StoreError`` if the file is a database of something else, or of a later version.
    static func prepare(
        _ connection: SQLiteConnection,
        path: String,
        upTo version: Int = version
    ) throws(StoreError) {
        guard try number("PRAGMA user_version", connection) != version else { return }
        // Another scan may do the same at this moment; the version counts once nobody else can write.
        try connection.execute("BEGIN IMMEDIATE")
        do throws(StoreError) {
            let found = try number("PRAGMA user_version", connection)
            guard found <= version else {
                throw StoreError(
                    "\(path) is of version \(found), which is later than this program's \(version)"
                )
            }
            if found == 0 {
                guard try number("SELECT count(*) FROM sqlite_master", connection) == 0 else {
                    throw StoreError("\(path) is a database, but not of stored scans")
                }
                try connection.execute(first)
            }
            if found < 2, version >= 2 { try connection.execute(second) }
            if found < 3, version >= 3 { try connection.execute(third) }
            try connection.execute("PRAGMA user_version = \(version);COMMIT")
        } catch {
            try? connection.execute("ROLLBACK")
            throw error
        }
    }

    private static func number(_ query: String, _ connection: SQLiteConnection) throws(StoreError) -> Int {
        let statement = try connection.prepare(query)
        defer { statement.reset() }
        return try statement.step() ? statement.row.first?.integer ?? 0 : 0
    }

    /// What version 2 adds to version 1: systems and ways, and an index that also finds one host by its address.
    private static let second = """
        DROP INDEX IF EXISTS hosts_of_scan;
        CREATE INDEX IF NOT EXISTS hosts_of_address ON hosts(scan, address);
        ALTER TABLE hosts ADD COLUMN mac TEXT;
        ALTER TABLE hosts ADD COLUMN mac_vendor TEXT;
        ALTER TABLE hosts ADD COLUMN distance INTEGER;
        ALTER TABLE hosts ADD COLUMN last_boot REAL;
        CREATE TABLE systems(
          host INTEGER NOT NULL REFERENCES hosts(id), place INTEGER NOT NULL, name TEXT, accuracy REAL, type TEXT,
          vendor TEXT, family TEXT, generation TEXT, cpe TEXT, PRIMARY KEY(host, place)) WITHOUT ROWID;
        CREATE TABLE hops(
          host INTEGER NOT NULL REFERENCES hosts(id), ttl INTEGER NOT NULL, address TEXT, name TEXT, rtt REAL,
          PRIMARY KEY(host, ttl)) WITHOUT ROWID;
        CREATE VIEW operating_systems AS SELECT scan, address, hosts.name AS name, systems.name AS os, accuracy, type,
          vendor, family, generation, cpe, distance
          FROM hosts JOIN systems ON systems.host = hosts.id WHERE place = 1;

        """

    /// What version 3 adds: how much a phase did.
    private static let third = "ALTER TABLE timings ADD COLUMN extent TEXT;"

    /// The tables of version 1.
    private static let first = """
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
