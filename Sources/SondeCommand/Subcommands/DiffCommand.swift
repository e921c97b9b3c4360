// SPDX-License-Identifier: Apache-2.0

internal import SondeModel
internal import SondeStore
internal import SondeText

/// `sonde diff`: compares two scans.
enum DiffCommand {
    static func run(_ arguments: [String]) throws(CommandFailure) -> Int32 {
        let words = try CommandWords(arguments, switches: ["--json", "--html"])
        guard words.words.count == 2 else { throw .usage("name two scans: sonde diff OLD NEW") }
        let scans: [ScanResults]
        do throws(CommandFailure) {
            scans = [try words.results(words.words[0]), try words.results(words.words[1])]
        } catch {
            throw CommandFailure(message: error.message, status: 2)
        }
        let differences = ScanDifference.all(scans[0], scans[1])
        let text =
            words.has("--json")
            ? differences.map(json).joined()
            : words.has("--html") ? html(differences, words.words) : differences.map(line).joined()
        guard StandardStreams.write(text) != .failed(0) else { return 2 }
        return differences.isEmpty ? 0 : 1
    }

    /// One line, whatever the values hold.
    static func line(_ difference: ScanDifference) -> String {
        let place = place(difference)
        switch (difference.old, difference.new) {
        case (nil, let new?): return "+ \(place)\(quoted(new))\n"
        case (let old?, nil): return "- \(place)\(quoted(old))\n"
        case (let old, let new): return "! \(place)\(quoted(old ?? "")) -> \(quoted(new ?? ""))\n"
        }
    }

    private static func place(_ difference: ScanDifference) -> String {
        let words = [
            difference.host.isEmpty ? nil : difference.host, difference.port?.description,
            difference.script ?? word(difference.kind),
        ]
        return printable(words.compactMap { $0 }.joined(separator: " "), limit: 400) + ": "
    }

    /// What a line says of a kind that host, port and script do not tell.
    private static func word(_ kind: ScanDifference.Kind) -> String? {
        switch kind {
        case .host, .port, .script: nil
        case .service, .mac, .system, .route: kind.rawValue
        }
    }

    private static func quoted(_ text: String) -> String {
        let line = text.split(separator: "\n").map { $0.drop { $0 == " " } }.joined(separator: " | ")
        return "\"\(printable(line, limit: 300))\""
    }

    private static func json(_ difference: ScanDifference) -> String {
        var writer = JSONWriter()
        writer.beginObject()
        writer.member("kind", difference.kind.rawValue)
        writer.member("host", difference.host.isEmpty ? nil : difference.host)
        writer.key("port")
        if let port = difference.port { writer.integer(port.number) } else { writer.null() }
        writer.member("protocol", difference.port?.transport.rawValue)
        writer.member("script", difference.script)
        writer.member("old", difference.old)
        writer.member("new", difference.new)
        writer.endObject()
        return String(decoding: writer.octets, as: UTF8.self) + "\n"
    }

    private static func html(_ differences: [ScanDifference], _ names: [String]) -> String {
        var text = """
            <!DOCTYPE html>
            <html lang="en"><head><meta charset="utf-8"><title>Sonde: two scans compared</title>
            <meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
            <style>:root{color-scheme:light dark}body{font:15px/1.5 system-ui,sans-serif;max-width:1100px;margin:24px auto;padding:0 16px}
            table{border-collapse:collapse;width:100%}td,th{text-align:left;vertical-align:top;padding:6px 10px;border-top:1px solid #8885}
            pre{margin:0;white-space:pre-wrap;overflow-wrap:anywhere;font:13px ui-monospace,monospace}
            .old{background:#e5484d22}.new{background:#30a46c22}</style></head>
            <body><h1>\(differences.count) differences</h1><p>\(escaped(names[0])) → \(escaped(names[1]))</p>
            <table><tr><th>Where</th><th>Old</th><th>New</th></tr>

            """
        for difference in differences {
            text += "<tr><td>\(escaped(place(difference)))</td>"
            text += "<td class=\"old\"><pre>\(escaped(difference.old ?? ""))</pre></td>"
            text += "<td class=\"new\"><pre>\(escaped(difference.new ?? ""))</pre></td></tr>\n"
        }
        return text + "</table></body></html>\n"
    }

    private static func escaped(_ text: String) -> String {
        var result = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "<": result += "&lt;"
            case ">": result += "&gt;"
            case "&": result += "&amp;"
            case "\"": result += "&quot;"
            case "\n", "\t": result.unicodeScalars.append(scalar)
            case "\u{0}"..<" ", "\u{7F}"..<"\u{A0}", "\u{202A}"..."\u{202E}", "\u{2066}"..."\u{2069}":
                result += printable(String(scalar), limit: 20)
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result
    }
}
