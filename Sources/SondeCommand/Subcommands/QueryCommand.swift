// SPDX-License-Identifier: Apache-2.0

internal import SondeStore
internal import SondeText

/// `sonde query`: asks the scan database in SQL.
enum QueryCommand {
    static func run(_ arguments: [String]) throws(CommandFailure) -> Int32 {
        let words = try CommandWords(arguments, switches: ["--json", "--csv"])
        guard words.words.count == 1 else {
            throw .usage("give one statement: sonde query 'select address, port, product from open_ports'")
        }
        let database = try words.database()
        var isFirst = true
        try attempt { () throws(StoreError) in
            try database.query(words.words[0]) { columns, values in
                var text = ""
                if isFirst, !words.has("--json") { text += line(columns, words) }
                isFirst = false
                text += words.has("--json") ? json(columns, values) : line(values.map(shownValue), words)
                _ = StandardStreams.write(text)
            }
        }
        return 0
    }

    private static func line(_ cells: [String], _ words: CommandWords) -> String {
        let isTable = words.has("--csv")
        return cells.map { isTable ? quoted($0) : printable($0, limit: 10_000) }
            .joined(separator: isTable ? "," : "\t") + "\n"
    }

    private static func quoted(_ text: String) -> String {
        "\"" + text.map { $0 == "\"" ? "\"\"" : String($0) }.joined() + "\""
    }

    private static func shownValue(_ value: SQLiteValue) -> String {
        switch value {
        case .null: ""
        case .integer(let number): "\(number)"
        case .real(let number): "\(number)"
        case .text(let text): text
        }
    }

    private static func json(_ columns: [String], _ values: [SQLiteValue]) -> String {
        var writer = JSONWriter()
        writer.beginObject()
        for (column, value) in zip(columns, values) {
            writer.key(column)
            switch value {
            case .null: writer.null()
            case .integer(let number): writer.integer(number)
            case .real(let number): writer.double(number)
            case .text(let text): writer.string(text)
            }
        }
        writer.endObject()
        return String(decoding: writer.octets, as: UTF8.self) + "\n"
    }
}
