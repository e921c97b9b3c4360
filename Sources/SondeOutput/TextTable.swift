// SPDX-License-Identifier: Apache-2.0

/// A table of aligned columns, with whole lines between its rows.
///
/// A column is as wide as its widest cell and one blank; blanks at the end of a line are left out. Whole
/// lines, which hold script results, have no part in the widths.
struct TextTable {
    private enum Line {
        case cells([String])
        case whole(String)
    }

    private var lines: [Line] = []
    private var widths: [Int] = []

    /// Makes an empty table.
    init() {}

    /// Adds a row; rows may have different counts of cells.
    mutating func addRow(_ cells: [String]) {
        for (column, cell) in cells.enumerated() {
            if column == widths.count { widths.append(0) }
            widths[column] = max(widths[column], cell.utf8.count)
        }
        lines.append(.cells(cells))
    }

    /// Adds a line that is printed as it is.
    mutating func addLine(_ line: String) { lines.append(.whole(line)) }

    /// The lines, top to bottom.
    var text: [String] {
        lines.map { line in
            switch line {
            case .whole(let text): text
            case .cells(let cells): aligned(cells)
            }
        }
    }

    private func aligned(_ cells: [String]) -> String {
        var line = ""
        for (column, cell) in cells.enumerated() {
            line += cell + String(repeating: " ", count: widths[column] - cell.utf8.count + 1)
        }
        while line.utf8.last == UInt8(ascii: " ") { line.removeLast() }
        return line
    }
}
