// SPDX-License-Identifier: Apache-2.0

import Foundation
import SondeText

/// Checks values against the part of JSON Schema that `docs/json-lines.schema.json` uses.
///
/// A keyword that this does not know is a complaint of its own, so that no rule of the schema goes unchecked.
struct SchemaCheck {
    private let root: JSONValue

    /// Reads the schema that the documentation holds.
    init() throws {
        let file = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().appendingPathComponent("docs/json-lines.schema.json")
        root = try JSONParser.parse([UInt8](Data(contentsOf: file)))
    }

    /// What is wrong with a value, each with the way to it; empty if nothing.
    func complaints(_ value: JSONValue) -> [String] { check(value, root, "") }

    private func check(_ value: JSONValue, _ schema: JSONValue, _ place: String) -> [String] {
        schema.members.flatMap { rule -> [String] in
            let rule = (name: rule.name, value: rule.value)
            switch rule.name {
            case "$schema", "$defs", "title", "then": return []
            case "$ref":
                let name = rule.value.text?.split(separator: "/").last.map(String.init) ?? ""
                return root["$defs"]?[name].map { check(value, $0, place) } ?? ["the schema has no \(name)"]
            case "allOf": return rule.value.elements.flatMap { check(value, $0, place) }
            case "anyOf":
                let fits = rule.value.elements.contains { check(value, $0, place).isEmpty }
                return fits ? [] : ["\(place): no case fits"]
            case "if":
                guard check(value, rule.value, place).isEmpty, let then = schema["then"] else { return [] }
                return check(value, then, place)
            case "items": return value.elements.flatMap { check($0, rule.value, place + "[]") }
            case "properties", "additionalProperties":
                return value.members.flatMap { member -> [String] in
                    let wanted = rule.name == "properties" ? rule.value[member.name] : rule.value
                    return wanted.map { check(member.value, $0, "\(place).\(member.name)") } ?? []
                }
            default: return holds(value, rule.name, rule.value) ? [] : ["\(place): \(rule.name) \(value)"]
            }
        }
    }

    private func holds(_ value: JSONValue, _ keyword: String, _ rule: JSONValue) -> Bool {
        switch keyword {
        case "type": return (rule.elements + [rule]).contains { isOf($0.text ?? "", value) }
        case "const": return value == rule
        case "enum": return rule.elements.contains(value)
        case "minimum": return value.double.map { $0 >= rule.double ?? 0 } ?? true
        case "maximum": return value.double.map { $0 <= rule.double ?? 0 } ?? true
        case "minItems":
            guard case .array(let elements) = value else { return true }
            return elements.count >= rule.integer ?? 0
        case "required":
            guard case .object = value else { return true }
            return rule.elements.allSatisfy { value[$0.text ?? ""] != nil }
        default: return false
        }
    }

    private func isOf(_ type: String, _ value: JSONValue) -> Bool {
        switch value {
        case .null: type == "null"
        case .boolean: type == "boolean"
        case .number: type == "number" || type == "integer" && value.integer != nil
        case .string: type == "string"
        case .array: type == "array"
        case .object: type == "object"
        }
    }
}
