// SPDX-License-Identifier: Apache-2.0

internal import CSQLite

/// One value of a database.
package enum SQLiteValue: Hashable, Sendable {
    /// No value.
    case null
    /// A whole number.
    case integer(Int64)
    /// A number.
    case real(Double)
    /// Text; octets that are no UTF-8 were replaced.
    case text(String)
}

/// The only owner of one open database.
@safe final class SQLiteConnection {
    private let path: String
    private var handle: OpaquePointer?

    /// Opens a database.
    ///
    /// - Parameters:
    ///   - path: the file.
    ///   - isReadOnly: whether it must be there already and is never changed.
    /// - Throws: ``StoreError`` that names the file.
    init(_ path: String, isReadOnly: Bool) throws(StoreError) {
        self.path = path
        let flags =
            (isReadOnly ? SQLITE_OPEN_READONLY : SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE)
            | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE
        let code = unsafe sqlite3_open_v2(path, &handle, flags, nil)
        guard code == SQLITE_OK else {
            let error = failure("cannot be opened")
            close()
            throw error
        }
        _ = unsafe sqlite3_busy_timeout(handle, 5000)
    }

    deinit { close() }

    /// Closes the database; nothing may be done with it afterwards.
    func close() {
        _ = unsafe sqlite3_close_v2(handle)
        unsafe handle = nil
    }

    /// Leaves the write-ahead log where it is when the database is closed.
    func keepLogOnClose() { _ = unsafe sonde_sqlite_checkpoint_on_close(handle, 0) }

    /// Carries out statements that give no rows.
    func execute(_ sql: String) throws(StoreError) {
        guard unsafe sqlite3_exec(handle, sql, nil, nil, nil) == SQLITE_OK else { throw failure("failed") }
    }

    /// Compiles a statement.
    func prepare(_ sql: String) throws(StoreError) -> SQLiteStatement {
        var statement: OpaquePointer?
        guard unsafe sqlite3_prepare_v2(handle, sql, -1, &statement, nil) == SQLITE_OK else {
            throw failure("cannot carry out the statement")
        }
        guard let statement = unsafe statement else { throw StoreError("\(path): there is no statement") }
        return unsafe SQLiteStatement(statement, of: self)
    }

    /// The number of the row that was added last.
    var lastRow: Int64 { unsafe sqlite3_last_insert_rowid(handle) }

    /// What went wrong last.
    func failure(_ what: String) -> StoreError {
        // The text is the connection's own and is copied at once.
        guard let text = unsafe sqlite3_errmsg(handle) else { return StoreError("\(path) \(what)") }
        return unsafe StoreError("\(path) \(what): \(String(cString: text))")
    }
}

/// A compiled statement; its connection lives as long as it does.
@safe final class SQLiteStatement {
    private let handle: OpaquePointer
    private let connection: SQLiteConnection

    /// Takes over a statement; the pointer must be one of this connection's, and nobody else's.
    init(_ handle: OpaquePointer, of connection: SQLiteConnection) {
        unsafe self.handle = handle
        self.connection = connection
    }

    deinit { _ = unsafe sqlite3_finalize(handle) }

    /// Puts values in place of the question marks, in order, and carries the statement out.
    func run(_ values: [SQLiteValue]) throws(StoreError) {
        try bind(values)
        defer { reset() }
        while try step() {}
    }

    /// Puts values in place of the question marks, in order.
    func bind(_ values: [SQLiteValue]) throws(StoreError) {
        reset()
        for (index, value) in values.enumerated() {
            guard bind(value, at: Int32(index + 1)) == SQLITE_OK else { throw connection.failure("failed") }
        }
    }

    private func bind(_ value: SQLiteValue, at index: Int32) -> Int32 {
        switch value {
        case .null: return unsafe sqlite3_bind_null(handle, index)
        case .integer(let number): return unsafe sqlite3_bind_int64(handle, index, number)
        case .real(let number): return unsafe sqlite3_bind_double(handle, index, number)
        case .text(let text):
            guard let count = Int32(exactly: text.utf8.count) else { return SQLITE_TOOBIG }
            // The text is copied within the call, and the count is its own.
            return unsafe sonde_sqlite_bind_text(handle, index, text, count)
        }
    }

    /// Goes to the next row; false after the last.
    func step() throws(StoreError) -> Bool {
        switch unsafe sqlite3_step(handle) {
        case SQLITE_ROW: return true
        case SQLITE_DONE: return false
        default: throw connection.failure("failed")
        }
    }

    /// Makes the statement ready to be carried out again.
    func reset() { _ = unsafe sqlite3_reset(handle) }

    /// The names of the columns.
    var columns: [String] {
        (0..<(unsafe sqlite3_column_count(handle))).map { index in
            // The text is the statement's own and is copied at once.
            guard let name = unsafe sqlite3_column_name(handle, index) else { return "" }
            return unsafe String(cString: name)
        }
    }

    /// The values of the row.
    var row: [SQLiteValue] { (0..<(unsafe sqlite3_column_count(handle))).map(value) }

    private func value(_ index: Int32) -> SQLiteValue {
        switch unsafe sqlite3_column_type(handle, index) {
        case SQLITE_NULL: return .null
        case SQLITE_INTEGER: return .integer(unsafe sqlite3_column_int64(handle, index))
        case SQLITE_FLOAT: return .real(unsafe sqlite3_column_double(handle, index))
        default:
            // The octets belong to the statement until its next step and are copied at once; the count is theirs.
            guard let octets = unsafe sqlite3_column_blob(handle, index) else { return .text("") }
            let count = unsafe Int(sqlite3_column_bytes(handle, index))
            let buffer = unsafe UnsafeRawBufferPointer(start: octets, count: count)
            return unsafe .text(String(decoding: buffer, as: UTF8.self))
        }
    }
}

extension SQLiteValue {
    /// A text, or no value.
    static func optional(_ text: String?) -> SQLiteValue { text.map(SQLiteValue.text) ?? .null }

    /// A number, or no value.
    static func optional(_ number: Double?) -> SQLiteValue { number.map(SQLiteValue.real) ?? .null }

    /// A whole number.
    static func whole(_ number: some BinaryInteger) -> SQLiteValue { .integer(Int64(clamping: number)) }

    /// JSON as text.
    static func json(_ octets: [UInt8]) -> SQLiteValue { .text(String(decoding: octets, as: UTF8.self)) }

    /// The text; nothing for other values.
    package var text: String? {
        if case .text(let text) = self { text } else { nil }
    }

    /// The whole number; nothing for other values.
    package var integer: Int? {
        if case .integer(let number) = self { Int(exactly: number) } else { nil }
    }

    /// The number; nothing for other values.
    package var double: Double? {
        switch self {
        case .integer(let number): Double(number)
        case .real(let number): number
        case .null, .text: nil
        }
    }
}
