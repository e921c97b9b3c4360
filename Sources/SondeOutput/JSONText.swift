// SPDX-License-Identifier: Apache-2.0

/// Builds one JSON object, field by field, on one line (RFC 8259).
///
/// The text is always valid UTF-8: what is not becomes the replacement character.
struct JSONObject {
    private(set) var text = "{"

    /// Adds a field whose value is JSON already.
    mutating func add(_ name: String, json: String) {
        if text.utf8.count > 1 { text += "," }
        text += Self.quoted(name) + ":" + json
    }

    /// Adds a text.
    mutating func add(_ name: String, _ value: String) { add(name, json: Self.quoted(value)) }

    /// Adds a text, or null.
    mutating func add(_ name: String, _ value: String?) {
        add(name, json: value.map(Self.quoted) ?? "null")
    }

    /// Adds octets as text.
    mutating func add(_ name: String, _ octets: [UInt8]) {
        add(name, String(decoding: octets, as: UTF8.self))
    }

    /// Adds a whole number.
    mutating func add(_ name: String, _ value: Int) { add(name, json: String(value)) }

    /// Adds a number with three decimals, or null for what JSON cannot say.
    mutating func add(_ name: String, _ value: Double) {
        add(name, json: value.isFinite ? NumberText.fixed(value, decimals: 3) : "null")
    }

    /// Adds a truth value.
    mutating func add(_ name: String, _ value: Bool) { add(name, json: value ? "true" : "false") }

    /// The finished object.
    var closed: String { text + "}" }

    /// A text in quotes; control characters are escaped, so that the line stays one and no terminal obeys it.
    static func quoted(_ text: String) -> String {
        var result = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": result += "\\\""
            case "\\": result += "\\\\"
            case "\n": result += "\\n"
            case "\r": result += "\\r"
            case "\t": result += "\\t"
            case _ where scalar.properties.generalCategory == .control,
                "\u{2028}", "\u{2029}":
                result += "\\u" + hexadecimal(scalar.value)
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result + "\""
    }

    private static func hexadecimal(_ value: UInt32) -> String {
        let digits = String(value, radix: 16)
        return String(repeating: "0", count: max(0, 4 - digits.utf8.count)) + digits
    }
}
