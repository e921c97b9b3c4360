// SPDX-License-Identifier: Apache-2.0

/// Writes compact JSON.
///
/// The text is pure ASCII but for characters that are safe everywhere: control characters, `<`, `>`, `&`, line and
/// paragraph separators and characters that turn the direction of text are written as `\u` escapes. So a line of JSON
/// can neither end early nor steer a terminal, and can be put into HTML as it is.
package struct JSONWriter {
    /// What was written and not taken yet.
    package private(set) var octets: [UInt8] = []
    private var needsComma = false

    /// Makes an empty text.
    package init() {}

    /// Takes what was written so far.
    package mutating func take() -> [UInt8] {
        defer { octets.removeAll(keepingCapacity: true) }
        needsComma = false
        return octets
    }

    /// Ends a line, and with it a value.
    package mutating func newline() {
        octets.append(UInt8(ascii: "\n"))
        needsComma = false
    }

    /// Begins an object.
    package mutating func beginObject() { open("{") }
    /// Ends an object.
    package mutating func endObject() { close("}") }
    /// Begins an array.
    package mutating func beginArray() { open("[") }
    /// Ends an array.
    package mutating func endArray() { close("]") }

    /// Writes a member's name; its value comes next.
    package mutating func key(_ name: String) {
        separate()
        quoted(name.utf8)
        octets.append(UInt8(ascii: ":"))
        needsComma = false
    }

    /// Writes a string.
    package mutating func string(_ text: String) {
        separate()
        quoted(text.utf8)
    }

    /// Writes octets as a string: as UTF-8 where they are, otherwise each stray octet as `\xHH`.
    package mutating func string(octets text: [UInt8]) {
        guard String(validating: text, as: UTF8.self) == nil else {
            separate()
            quoted(text)
            return
        }
        string(Self.visible(text))
    }

    /// Writes a whole number.
    package mutating func integer(_ value: some BinaryInteger) { raw(String(value)) }

    /// Writes a number; `null` for what JSON cannot hold.
    package mutating func double(_ value: Double) { raw(value.isFinite ? Self.text(value) : "null") }

    /// Writes a number with all its digits, so that it reads back as the same; `null` for what JSON cannot hold.
    package mutating func exact(_ value: Double) { raw(value.isFinite ? "\(value)" : "null") }

    /// Writes `true` or `false`.
    package mutating func boolean(_ value: Bool) { raw(value ? "true" : "false") }

    /// Writes `null`.
    package mutating func null() { raw("null") }

    /// Writes any value.
    package mutating func value(_ value: JSONValue) {
        switch value {
        case .null: null()
        case .boolean(let flag): boolean(flag)
        case .number(let text): raw(text)
        case .string(let text): string(text)
        case .array(let elements):
            beginArray()
            for element in elements { self.value(element) }
            endArray()
        case .object(let members):
            beginObject()
            for member in members {
                key(member.name)
                self.value(member.value)
            }
            endObject()
        }
    }

    /// A number without a needless fraction: `3`, `0.25`; at most microseconds.
    static func text(_ value: Double) -> String {
        let millionths = (value * 1e6).rounded()
        if millionths.magnitude < 9e15 { return text(millionths: Int(millionths)) }
        let rounded = (value * 1e6).rounded() / 1e6
        if let whole = Int(exactly: rounded) { return String(whole) }
        let text = String(rounded)
        return text.contains("inf") || text.contains("nan") ? "0" : text
    }

    private static func text(millionths: Int) -> String {
        let (whole, rest) = millionths.magnitude.quotientAndRemainder(dividingBy: 1_000_000)
        var text = (millionths < 0 ? "-" : "") + String(whole)
        guard rest > 0 else { return text }
        var fraction = rest
        var width = 6
        while fraction % 10 == 0 {
            fraction /= 10
            width -= 1
        }
        let digits = String(fraction)
        text += "." + String(repeating: "0", count: max(0, width - digits.utf8.count)) + digits
        return text
    }

    /// Text in which every octet that is no part of a UTF-8 character is `\xHH`.
    package static func visible(_ octets: [UInt8]) -> String {
        if let text = String(validating: octets, as: UTF8.self) { return text }
        var text = ""
        var rest = octets[...]
        while !rest.isEmpty {
            let length = (1...min(4, rest.count)).first {
                String(validating: rest.prefix($0), as: UTF8.self) != nil
            }
            guard let length else {
                let octet = rest.removeFirst()
                let digits = String(octet, radix: 16, uppercase: true)
                text += "\\x" + (digits.utf8.count < 2 ? "0" : "") + digits
                continue
            }
            text += String(decoding: rest.prefix(length), as: UTF8.self)
            rest = rest.dropFirst(length)
        }
        return text
    }

    private mutating func separate() {
        if needsComma { octets.append(UInt8(ascii: ",")) }
        needsComma = true
    }

    private mutating func open(_ mark: Character) {
        separate()
        octets.append(contentsOf: String(mark).utf8)
        needsComma = false
    }

    private mutating func close(_ mark: Character) {
        octets.append(contentsOf: String(mark).utf8)
        needsComma = true
    }

    private mutating func raw(_ text: String) {
        separate()
        octets.append(contentsOf: text.utf8)
    }

    /// Writes UTF-8 in quotes.
    private mutating func quoted(_ text: some Collection<UInt8>) {
        octets.append(UInt8(ascii: "\""))
        if text.allSatisfy(Self.isPlain) {
            octets.append(contentsOf: text)
        } else if text.allSatisfy({ $0 < 0x80 }) {
            for octet in text {
                if Self.isPlain(octet) { octets.append(octet) } else { scalar(Unicode.Scalar(octet)) }
            }
        } else {
            for scalar in String(decoding: text, as: UTF8.self).unicodeScalars { self.scalar(scalar) }
        }
        octets.append(UInt8(ascii: "\""))
    }

    private static func isPlain(_ octet: UInt8) -> Bool {
        switch octet {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "<"), UInt8(ascii: ">"), UInt8(ascii: "&"):
            false
        case 0x20...0x7E: true
        default: false
        }
    }

    private mutating func scalar(_ scalar: Unicode.Scalar) {
        switch scalar {
        case "\"": octets.append(contentsOf: "\\\"".utf8)
        case "\\": octets.append(contentsOf: "\\\\".utf8)
        case "\n": octets.append(contentsOf: "\\n".utf8)
        case "\r": octets.append(contentsOf: "\\r".utf8)
        case "\t": octets.append(contentsOf: "\\t".utf8)
        case "<", ">", "&", "\u{0}"..<" ", "\u{7F}"..<"\u{A0}", "\u{200E}", "\u{200F}",
            "\u{2028}"..."\u{202E}",
            "\u{2066}"..."\u{2069}", "\u{FEFF}":
            let digits = String(scalar.value, radix: 16)
            octets.append(contentsOf: "\\u".utf8)
            octets.append(contentsOf: String(repeating: "0", count: max(0, 4 - digits.utf8.count)).utf8)
            octets.append(contentsOf: digits.utf8)
        default: octets.append(contentsOf: String(scalar).utf8)
        }
    }
}
