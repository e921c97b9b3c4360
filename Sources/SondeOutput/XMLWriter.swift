// SPDX-License-Identifier: Apache-2.0

/// Writes XML as text: elements, attributes, comments, and the escaping that Nmap's readers know.
///
/// It knows which elements are open and nothing of what may stand in which. Line breaks are the caller's.
struct XMLWriter {
    /// What was written and not taken yet.
    private(set) var text: [UInt8] = []
    private var openElements: [String] = []

    /// Makes an empty document.
    init() {}

    /// Takes what was written so far.
    mutating func take() -> [UInt8] {
        defer { text.removeAll(keepingCapacity: true) }
        return text
    }

    /// Writes an end of line.
    mutating func newline() { text.append(UInt8(ascii: "\n")) }

    /// Writes markup as it is.
    mutating func markup(_ markup: String) { text.append(contentsOf: markup.utf8) }

    /// Writes a start tag; attributes without a value are left out.
    mutating func open(_ name: String, _ attributes: [(String, String?)] = []) {
        tag(name, attributes)
        markup(">")
        openElements.append(name)
    }

    /// Writes an element without content; attributes without a value are left out.
    mutating func empty(_ name: String, _ attributes: [(String, String?)] = []) {
        tag(name, attributes)
        markup("/>")
    }

    /// Ends the element that was opened last.
    mutating func close() {
        guard let name = openElements.popLast() else { return }
        markup("</\(name)>")
    }

    /// Ends all elements, each on its line.
    mutating func closeAll() {
        while !openElements.isEmpty {
            close()
            newline()
        }
    }

    /// Writes an element that holds only text.
    mutating func element(_ name: String, _ attributes: [(String, String?)] = [], text: String) {
        open(name, attributes)
        characters(text)
        close()
    }

    /// Writes text, escaped.
    mutating func characters(_ characters: String) { Self.escape(characters, into: &text) }

    /// Writes a comment, escaped so that it cannot end early.
    mutating func comment(_ comment: String) {
        markup("<!-- ")
        characters(comment)
        markup(" -->")
    }

    private mutating func tag(_ name: String, _ attributes: [(String, String?)]) {
        markup("<\(name)")
        for (key, value) in attributes {
            guard let value else { continue }
            markup(" \(key)=\"")
            characters(value)
            markup("\"")
        }
    }

    /// Escapes text for attributes, content and comments alike (spec `nse-output`, section 6.2, second step).
    ///
    /// Two things differ from the reference: characters that XML cannot hold even as references become
    /// `\xHH`, since the document would be no XML otherwise; and a character beyond ASCII becomes one
    /// reference to itself rather than one for each octet of its UTF-8, which would read back as other
    /// characters.
    private static func escape(_ characters: String, into text: inout [UInt8]) {
        if isPlain(characters) {
            text.append(contentsOf: characters.utf8)
            return
        }
        var previous: Unicode.Scalar = " "
        for scalar in characters.unicodeScalars {
            switch scalar {
            case "<": text.append(contentsOf: "&lt;".utf8)
            case ">": text.append(contentsOf: "&gt;".utf8)
            case "&": text.append(contentsOf: "&amp;".utf8)
            case "\"": text.append(contentsOf: "&quot;".utf8)
            case "'": text.append(contentsOf: "&apos;".utf8)
            case "-" where previous == "-": text.append(contentsOf: "&#45;".utf8)
            case "\t", "\n", "\r": text.append(contentsOf: reference(scalar).utf8)
            case "\u{0}"..<" ", "\u{FFFE}", "\u{FFFF}", "\u{7F}":
                text.append(contentsOf: printable(String(scalar)).utf8)
            default:
                if scalar.isASCII {
                    text.append(UInt8(truncatingIfNeeded: scalar.value))
                } else {
                    text.append(contentsOf: reference(scalar).utf8)
                }
            }
            previous = scalar
        }
    }

    /// Whether text stands for itself.
    private static func isPlain(_ characters: String) -> Bool {
        var previous: UInt8 = 0x20
        for octet in characters.utf8 {
            switch octet {
            case UInt8(ascii: "<"), UInt8(ascii: ">"), UInt8(ascii: "&"), UInt8(ascii: "\""),
                UInt8(ascii: "'"), 0x7F...:
                return false
            case UInt8(ascii: "-"): if previous == octet { return false }
            case 0x20...: break
            default: return false
            }
            previous = octet
        }
        return true
    }

    private static func reference(_ scalar: Unicode.Scalar) -> String {
        "&#x\(String(scalar.value, radix: 16));"
    }
}
