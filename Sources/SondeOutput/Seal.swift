// SPDX-License-Identifier: Apache-2.0

internal import SondeModel
internal import SondeText

/// Finds out how a report that was cut off is made valid.
package enum Seal {
    /// What is to be done with a file.
    package enum Mending: Hashable, Sendable {
        /// Nothing.
        case complete
        /// Keep so many octets, and add these.
        case mended(keeping: Int, adding: [UInt8])
        /// It is no report of ours.
        case unknown
    }

    /// What to do with a report; its format is told by its beginning.
    package static func mend(_ octets: [UInt8]) -> Mending {
        if octets.starts(with: "<!DOCTYPE html>".utf8) { return mendHTML(octets) }
        if octets.starts(with: "<".utf8) { return mendXML(octets) }
        if octets.starts(with: "{\"$schema\"".utf8) { return mendSARIF(octets) }
        if octets.starts(with: "{".utf8) { return mendJSONLines(octets) }
        if octets.starts(with: "# Sonde".utf8) || octets.starts(with: "# Nmap".utf8) {
            return mendText(octets)
        }
        if octets.starts(with: CSVReporter.columns.prefix(14).joined(separator: ",").utf8) {
            return mendLines(octets)
        }
        if octets.starts(with: "# Scan of".utf8) { return mendMarkdown(octets) }
        return .unknown
    }

    /// How many octets there are up to the last end of a line.
    private static func wholeLines(_ octets: [UInt8]) -> Int {
        octets.lastIndex(of: UInt8(ascii: "\n")).map { $0 + 1 } ?? 0
    }

    private static func lines(_ octets: [UInt8]) -> [ArraySlice<UInt8>] {
        octets.prefix(wholeLines(octets)).split(separator: UInt8(ascii: "\n"))
    }

    // MARK: Text

    /// CSV: each row is one line.
    private static func mendLines(_ octets: [UInt8]) -> Mending {
        let whole = wholeLines(octets)
        return whole == octets.count ? .complete : .mended(keeping: whole, adding: [])
    }

    private static func mendText(_ octets: [UInt8]) -> Mending {
        let whole = wholeLines(octets)
        let all = lines(octets)
        let isDone = all.last.map { $0.starts(with: "# ".utf8) && $0.contains(" done at ") } ?? false
        if isDone, all.count > 1, whole == octets.count { return .complete }
        let hosts = Set(
            all.compactMap { line -> String? in
                let text = String(decoding: line, as: UTF8.self)
                if text.hasPrefix("Nmap scan report for ") { return text }
                if text.hasPrefix("Host: ") { return String(text.prefix { $0 != "\t" }) }
                return nil
            }
        ).count
        let count = "\(hosts) IP address\(hosts == 1 ? "" : "es") (\(hosts) host\(hosts == 1 ? "" : "s") up)"
        return .mended(
            keeping: whole,
            adding: Array("# Sonde done at an unknown time -- \(count) scanned before it was killed\n".utf8)
        )
    }

    private static func mendMarkdown(_ octets: [UInt8]) -> Mending {
        let whole = wholeLines(octets)
        if let last = lines(octets).last, whole == octets.count,
            last.starts(with: "The scan did not".utf8) || last.contains(" seconds.")
        {
            return .complete
        }
        return .mended(
            keeping: whole,
            adding: Array("\nThe scan did not run to its end: it was killed.\n".utf8)
        )
    }

    // MARK: JSON Lines

    private static func mendJSONLines(_ octets: [UInt8]) -> Mending {
        var all = lines(octets)
        // The last line may be one that was never finished and got its end by chance.
        while let last = all.last, (try? JSONParser.parse(last)) == nil { all.removeLast() }
        let kept = all.last.map { $0.endIndex + 1 } ?? 0
        let values = all.suffix(1).compactMap { try? JSONParser.parse($0) }
        if let last = values.last, last["type"]?.text == "stats", last["final"]?.isTrue ?? false {
            return kept == octets.count ? .complete : .mended(keeping: kept, adding: [])
        }
        var up = 0
        var down = 0
        var ended = 0.0
        for line in all where line.starts(with: "{\"type\":\"host\"".utf8) {
            guard let host = (try? JSONParser.parse(line))?.host else { continue }
            if host.state == .up { up += 1 } else { down += 1 }
            ended = max(ended, host.ended ?? 0)
        }
        var writer = JSONWriter()
        writer.scanSummary(summary(up: up, down: down, ended: ended))
        writer.newline()
        return .mended(keeping: kept, adding: writer.octets)
    }

    private static func summary(up: Int, down: Int, ended: Double) -> ScanSummary {
        ScanSummary(
            ended: ended,
            elapsed: 0,
            hostsUp: up,
            hostsDown: down,
            hostsTotal: up + down,
            failure: "the scan was killed"
        )
    }

    // MARK: XML

    private static func mendXML(_ octets: [UInt8]) -> Mending {
        var reader = XMLReader(octets)
        var kept = 0
        var seen: Set<String> = []
        var counts = (up: 0, down: 0)
        var ended = "0"
        var path: [String] = []
        do throws(TextError) {
            while let piece = try reader.next() {
                switch piece {
                case .start(let name, let attributes):
                    path.append(name)
                    if path.count == 1 {
                        guard name == "nmaprun" else { return .unknown }
                        kept = reader.position
                        // A document that ends with its first tag holds nothing, and nothing can follow it.
                        guard octets[kept - 2] != UInt8(ascii: "/") else { return .unknown }
                    }
                    if name == "host", let time = attributes.first(where: { $0.name == "endtime" }),
                        time.value.utf8.allSatisfy({ (48...57).contains($0) })
                    {
                        ended = time.value
                    }
                    if name == "status", path.count == 3 {
                        let isUp = attributes.contains { $0.name == "state" && $0.value == "up" }
                        if isUp { counts.up += 1 } else { counts.down += 1 }
                    }
                case .end(let name):
                    path.removeLast()
                    if path.count == 1 {
                        kept = reader.position
                        seen.insert(name)
                    }
                case .text: break
                }
            }
            if seen.contains("runstats") { return .complete }
        } catch {
            if path.count >= 2, path[1] == "host" { counts = uncounted(counts, octets[kept...]) }
        }
        return .mended(keeping: kept, adding: xmlEnding(kept: kept, seen, counts, ended))
    }

    /// The counts without a host of which only a part is there.
    private static func uncounted(
        _ counts: (up: Int, down: Int),
        _ rest: ArraySlice<UInt8>
    ) -> (up: Int, down: Int) {
        let text = String(decoding: rest.prefix(2000), as: UTF8.self)
        guard let status = text.range(of: "<status state=\"", in: text) else { return counts }
        let isUp = text[status...].hasPrefix("up\"")
        return isUp ? (max(0, counts.up - 1), counts.down) : (counts.up, max(0, counts.down - 1))
    }

    private static func xmlEnding(
        kept: Int,
        _ seen: Set<String>,
        _ counts: (up: Int, down: Int),
        _ ended: String
    ) -> [UInt8] {
        var text = ""
        if kept == 0 {
            text += "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<!DOCTYPE nmaprun>\n"
            text += "<nmaprun scanner=\"nmap\" version=\"0\" xmloutputversion=\"1.05\">"
        }
        text += "\n"
        if !seen.contains("runstats") {
            if !seen.contains("verbose") { text += "<verbose level=\"0\"/>\n" }
            if !seen.contains("debugging") { text += "<debugging level=\"0\"/>\n" }
            text += "<runstats><finished time=\"\(ended)\" elapsed=\"0\" summary=\"the scan was killed\" "
            text += "exit=\"error\" errormsg=\"the scan was killed\"/>"
            text +=
                "<hosts up=\"\(counts.up)\" down=\"\(counts.down)\" total=\"\(counts.up + counts.down)\"/>\n"
            text += "</runstats>\n"
        }
        return Array((text + "</nmaprun>\n").utf8)
    }

    // MARK: HTML and SARIF

    private static func mendHTML(_ octets: [UInt8]) -> Mending {
        let tail = Array(HTMLReporter.tail.utf8)
        if octets.suffix(tail.count).elementsEqual(tail) { return .complete }
        // Blocks of data begin a line each; the last one may lack its end.
        let whole = wholeLines(octets)
        return .mended(keeping: whole, adding: tail)
    }

    private static func mendSARIF(_ octets: [UInt8]) -> Mending {
        if (try? JSONParser.parse(octets)) != nil { return .complete }
        var rules: [(id: String, title: String)] = []
        var kept = min(octets.count, SARIFReporter.start.utf8.count)
        for line in lines(octets).dropFirst() {
            let text = line.drop { $0 == UInt8(ascii: ",") }
            guard let value = try? JSONParser.parse(text), let rule = value["ruleId"]?.text else { break }
            kept = line.endIndex + 1
            if !rules.contains(where: { $0.id == rule }) { rules.append((rule, rule)) }
        }
        let start = octets.count < kept ? Array(SARIFReporter.start.utf8) : []
        return .mended(
            keeping: start.isEmpty ? kept : 0,
            adding: start
                + SARIFReporter.tail(version: "", command: "", rules: rules, failure: "the scan was killed")
        )
    }
}

extension String {
    /// Where a text begins behind a part of this one.
    fileprivate func range(of part: String, in text: String) -> String.Index? {
        var rest = text[...]
        while !rest.isEmpty {
            if rest.hasPrefix(part) { return text.index(rest.startIndex, offsetBy: part.count) }
            rest = rest.dropFirst()
        }
        return nil
    }
}

extension ArraySlice<UInt8> {
    /// Whether a text is part of these octets.
    fileprivate func contains(_ part: String) -> Bool {
        let wanted = Array(part.utf8)
        return indices.contains { self[$0...].starts(with: wanted) }
    }
}
