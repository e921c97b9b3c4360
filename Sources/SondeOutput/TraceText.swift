// SPDX-License-Identifier: Apache-2.0

internal import SondeModel

/// The table of stations on the way to a host (spec page `port-scanning`, section 8).
enum TraceText {
    /// The lines, with an empty one before; none if the way was not traced.
    static func lines(_ host: Host) -> [String] {
        guard !host.hops.isEmpty else { return [] }
        var rows: [[String]] = [["HOP", "RTT", "ADDRESS"]]
        var notes: [Int: String] = [:]
        var index = 0
        if let end = host.hops.lastIndex(where: { $0.sharedWith != nil }),
            let other = host.hops[end].sharedWith
        {
            let hops = end == 0 ? "Hop 1 is" : "Hops 1-\(host.hops[end].timeToLive) are"
            notes[rows.count] = "-   \(hops) the same as for \(other)"
            rows.append([])
            index = end + 1
        }
        while index < host.hops.count {
            let hop = host.hops[index]
            guard let address = hop.address else {
                let run = host.hops[index...].prefix { $0.address == nil }
                let last = run.last?.timeToLive ?? hop.timeToLive
                rows.append(["\(hop.timeToLive)", last == hop.timeToLive ? "..." : "... \(last)"])
                index += run.count
                continue
            }
            let place = hop.name.map { "\(printable($0)) (\(address))" } ?? "\(address)"
            let time = roundTrip(hop)
            rows.append(["\(hop.timeToLive)", time == "--" ? time : "\(time) ms", place])
            index += 1
        }
        return ["", head(host.traceProbe)] + aligned(rows, notes)
    }

    private static func head(_ probe: TraceProbe?) -> String {
        switch probe {
        case .port(let port): "TRACEROUTE (using port \(port))"
        case .ipProtocol(let number, let name): "TRACEROUTE (using proto \(number)/\(name))"
        case nil, TraceProbe.none?: "TRACEROUTE"
        }
    }

    private static func aligned(_ rows: [[String]], _ notes: [Int: String]) -> [String] {
        // Runs without answers do not widen the column of times.
        let widths = (0..<2).map { column in
            rows.filter { $0.count > 2 }.map { $0[column].utf8.count }.max() ?? 0
        }
        return rows.enumerated().map { index, row in
            if let note = notes[index] { return note }
            let padded = row.enumerated().map { column, cell in
                column == row.count - 1
                    ? cell : cell + String(repeating: " ", count: max(0, widths[column] - cell.utf8.count))
            }
            return padded.joined(separator: " ")
        }
    }

    /// The round-trip time in milliseconds with two decimals; `--` if it was not measured.
    static func roundTrip(_ hop: Hop) -> String {
        hop.roundTrip.map { NumberText.fixed($0 * 1000, decimals: 2) } ?? "--"
    }
}
