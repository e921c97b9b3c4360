// SPDX-License-Identifier: Apache-2.0

/// A JSON value, with the members of objects in their order.
package indirect enum JSONValue: Hashable, Sendable {
    /// One member of an object.
    package struct Member: Hashable, Sendable {
        /// The name.
        package let name: String
        /// The value.
        package let value: JSONValue

        /// Makes a member.
        package init(_ name: String, _ value: JSONValue) {
            self.name = name
            self.value = value
        }
    }

    /// `null`.
    case null
    /// `true` or `false`.
    case boolean(Bool)
    /// A number, as it was written.
    case number(String)
    /// A string.
    case string(String)
    /// An array.
    case array([JSONValue])
    /// An object.
    case object([Member])
}

extension JSONValue {
    /// A whole number.
    package static func integer(_ value: some BinaryInteger) -> JSONValue { .number(String(value)) }

    /// A number; `null` for what JSON cannot hold.
    package static func double(_ value: Double) -> JSONValue {
        value.isFinite ? .number(JSONWriter.text(value)) : .null
    }

    /// A string, or `null` for nothing.
    package static func optional(_ text: String?) -> JSONValue { text.map(JSONValue.string) ?? .null }

    /// The first member of an object with a name; nothing for other values.
    package subscript(_ name: String) -> JSONValue? {
        guard case .object(let members) = self else { return nil }
        return members.first { $0.name == name }?.value
    }

    /// The string; nothing for other values.
    package var text: String? {
        if case .string(let text) = self { text } else { nil }
    }

    /// The number, if it is whole and fits; nothing for other values.
    package var integer: Int? {
        guard case .number(let text) = self else { return nil }
        return Int(text) ?? Double(text).flatMap { Int(exactly: $0) }
    }

    /// The number; nothing for other values.
    package var double: Double? {
        guard case .number(let text) = self, let value = Double(text), value.isFinite else { return nil }
        return value
    }

    /// Whether it is `true`.
    package var isTrue: Bool { self == .boolean(true) }

    /// The elements of an array; none for other values.
    package var elements: [JSONValue] {
        if case .array(let elements) = self { elements } else { [] }
    }

    /// The members of an object; none for other values.
    package var members: [Member] {
        if case .object(let members) = self { members } else { [] }
    }

    /// The value as compact JSON text.
    package var serialized: [UInt8] {
        var writer = JSONWriter()
        writer.value(self)
        return writer.octets
    }
}
