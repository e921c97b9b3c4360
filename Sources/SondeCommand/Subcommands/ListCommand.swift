// SPDX-License-Identifier: Apache-2.0

internal import SondeModel
internal import SondeOutput
internal import SondeStore
internal import SondeText

/// `sonde list`: stored scans, latest first.
enum ListCommand {
    static func run(_ arguments: [String]) throws(CommandFailure) -> Int32 {
        let words = try CommandWords(arguments, switches: ["--json"])
        guard words.words.isEmpty else { throw .usage("takes no words; remove \(shown(words.words[0]))") }
        let database = try words.database()
        let scans = try attempt { () throws(StoreError) in try database.scans() }
        var text = words.has("--json") ? "" : head
        for scan in scans { text += words.has("--json") ? json(scan) : line(scan) }
        return StandardStreams.write(text) == .written ? 0 : 1
    }

    private static let head = "  scan  began                    took  status    up  open  command\n"

    private static func line(_ scan: StoredScan) -> String {
        let took = scan.elapsed.map { elapsed in "\((elapsed * 10).rounded() / 10) s" } ?? "-"
        let cells = [
            padded("\(scan.id)", 6), "  ", TimeText.dateAndSecond(scan.started), padded(took, 10), "  ",
            padded(scan.status, -8), padded("\(scan.hostsUp)", 4), padded("\(scan.openPorts)", 6), "  ",
            printable(scan.command, limit: 200),
        ]
        return cells.joined() + "\n"
    }

    private static func padded(_ text: String, _ width: Int) -> String {
        let blanks = String(repeating: " ", count: max(0, abs(width) - text.count))
        return width < 0 ? text + blanks : blanks + text
    }

    private static func json(_ scan: StoredScan) -> String {
        var writer = JSONWriter()
        writer.beginObject()
        writer.member("scan", Int(scan.id))
        writer.member("started", seconds: scan.started)
        writer.member("elapsed", seconds: scan.elapsed)
        writer.member("status", scan.status)
        writer.member("hosts_up", scan.hostsUp)
        writer.member("open_ports", scan.openPorts)
        writer.member("command", scan.command)
        writer.endObject()
        return String(decoding: writer.octets, as: UTF8.self) + "\n"
    }
}
