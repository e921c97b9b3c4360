// SPDX-License-Identifier: Apache-2.0

import Glibc
import SondeModel

@testable import SondeStore

/// A scan database that somebody else wrote, or damaged.
enum StoreTargets {
    static let all = [FuzzTarget("scan-database", most: 2048, database)]

    /// Rows whose values are the input's, read as a scan that is shown and as one that goes on.
    private static func database(_ octets: [UInt8]) throws {
        let path = "/tmp/sonde-fuzz-\(getpid())-\(UInt64.random(in: 0 ... .max)).db"
        defer { _ = unsafe unlink(path) }
        guard write(octets, to: path) else { return }
        let database = try ScanDatabase(path)
        _ = try? database.scans()
        _ = try? database.scriptCosts()
        if let results = try? database.results(of: 1) { try ReportTargets.check(results.events) }
        guard let progress = try? database.progress(of: 1) else { return }
        for host in progress.finished + progress.begun { _ = HostKey(host) }
    }

    /// Makes the file; values that a column does not take leave their row out.
    private static func write(_ octets: [UInt8], to path: String) -> Bool {
        var input = FuzzInput(octets)
        guard let connection = try? SQLiteConnection(path, isReadOnly: false) else { return false }
        try? connection.execute("PRAGMA journal_mode=MEMORY;PRAGMA synchronous=OFF")
        try? StoreSchema.prepare(connection, path: path)
        let rows: [(table: String, keys: [SQLiteValue], columns: Int)] = [
            ("scans", [.integer(1)], 14), ("hosts", [.integer(1), .integer(1)], 13),
            ("ports", [.integer(1)], 8), ("scripts", [.null, .integer(1), .integer(1)], 14),
            ("scripts", [.null, .integer(1), .null], 14), ("hosts", [.integer(2), .integer(1)], 13),
            ("timings", [.integer(1)], 4), ("costs", [], 3),
        ]
        for row in rows {
            let values = row.keys + (0..<row.columns).map { _ in value(&input) }
            let places = [String](repeating: "?", count: values.count).joined(separator: ",")
            let statement = try? connection.prepare("INSERT OR IGNORE INTO \(row.table) VALUES(\(places))")
            try? statement?.run(values)
        }
        connection.close()
        return true
    }

    private static func value(_ input: inout FuzzInput) -> SQLiteValue {
        switch input.octet() & 7 {
        case 0: .null
        case 1: .integer(Int64(input.octet()))
        case 2: .integer(Int64(bitPattern: input.number64()))
        case 3: .real(Double(bitPattern: input.number64()))
        default: .text(input.text())
        }
    }
}
