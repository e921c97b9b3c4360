// SPDX-License-Identifier: Apache-2.0

/// The texts of `--script-help`, made from what scripts say about themselves.
package enum ScriptText {
    /// The help of one script for people: an empty line, id, categories, address, indented description.
    ///
    /// Control characters of the description are shown as `\xHH`, so that a script cannot steer the terminal;
    /// other text, if it is UTF-8, stays as it is.
    package static func help(for script: ScriptMetadata) -> String {
        let id = shown(Array(script.id.utf8))
        var text = "\n\(id)\nCategories: \(shown(Array(script.categories.joined(separator: " ").utf8)))\n"
        text += "https://nmap.org/nsedoc/scripts/\(id).html\n"
        guard let description = script.description, !description.isEmpty else { return text }
        var lines = description.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
        if lines.last?.isEmpty ?? false { lines.removeLast() }
        for var line in lines {
            if line.last == UInt8(ascii: "\r") { line.removeLast() }
            text += line.isEmpty ? "\n" : "  \(shown(Array(line)))\n"
        }
        return text
    }

    /// The help of all scripts as an XML document.
    ///
    /// - Parameters:
    ///   - scripts: the scripts, in order.
    ///   - scriptsDirectory: where scripts were looked for; nothing leaves its element out.
    ///   - libraryDirectory: where libraries were looked for; nothing leaves its element out.
    /// - Returns: the document.
    package static func helpXML(
        for scripts: [ScriptMetadata],
        scriptsDirectory: String?,
        libraryDirectory: String?
    ) -> String {
        var text = "<nse-scripts>\n"
        for (name, path) in [("scripts", scriptsDirectory), ("nselib", libraryDirectory)] {
            guard let path else { continue }
            text += "<directory name=\"\(name)\" path=\"\(escaped(path.utf8))\"></directory>\n"
        }
        for script in scripts {
            text += "<script filename=\"\(escaped(script.path.utf8))\">\n<categories>"
            for category in script.categories {
                text += "<category>\(escaped(category.utf8))</category>"
            }
            text += "</categories>\n"
            if let description = script.description {
                text += "<description>\(escaped(description))</description>\n"
            }
            text += "</script>\n"
        }
        return text + "</nse-scripts>\n"
    }

    /// Text for a terminal: tabs and UTF-8 as they are, control characters and stray octets as `\xHH`.
    private static func shown(_ octets: [UInt8]) -> String {
        if octets.allSatisfy({ 0x20...0x7E ~= $0 || $0 == 0x09 }) {
            return String(decoding: octets, as: UTF8.self)
        }
        guard let text = String(validating: octets, as: UTF8.self) else {
            return octets.map { 0x20...0x7E ~= $0 || $0 == 0x09 ? String(UnicodeScalar($0)) : hidden([$0]) }
                .joined()
        }
        var result = ""
        for scalar in text.unicodeScalars {
            switch scalar.properties.generalCategory {
            case .control where scalar != "\t", .format, .lineSeparator, .paragraphSeparator:
                result += hidden(Array(String(scalar).utf8))
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result
    }

    private static func hidden(_ octets: [UInt8]) -> String {
        octets.map { "\\x" + $0.upperHexadecimal }.joined()
    }

    /// Text for XML, octet by octet, in the way of the reports (output specification, section 6.2).
    ///
    /// Control characters that XML 1.0 cannot hold become `\xHH`; the reference writes invalid references.
    private static func escaped(_ octets: some Sequence<UInt8>) -> String {
        var text = ""
        var last: UInt8 = 0
        for octet in octets {
            switch octet {
            case UInt8(ascii: "<"): text += "&lt;"
            case UInt8(ascii: ">"): text += "&gt;"
            case UInt8(ascii: "&"): text += "&amp;"
            case UInt8(ascii: "\""): text += "&quot;"
            case UInt8(ascii: "'"): text += "&apos;"
            case UInt8(ascii: "-") where last == octet: text += "&#45;"
            case 0x09, 0x0A, 0x0D, 0x80...: text += "&#x\(String(octet, radix: 16));"
            case ..<0x20, 0x7F: text += hidden([octet])
            default: text.unicodeScalars.append(UnicodeScalar(octet))
            }
            last = octet
        }
        return text
    }
}
