// SPDX-License-Identifier: Apache-2.0

internal import SondeModel

/// A script's result while its XML element is read.
struct ScriptDraft {
    private struct Table {
        let key: [UInt8]?
        var fields: [ScriptValue.Field] = []
    }

    private let id: String
    private let output: [UInt8]
    private var tables: [Table] = [Table(key: nil)]
    private var element: (key: [UInt8]?, text: [UInt8])?
    private var text: [UInt8] = []

    private init(_ attributes: Attributes) {
        id = attributes["id"] ?? ""
        output = Array((attributes["output"] ?? "").utf8)
    }

    private var result: ScriptResult {
        let fields = tables.first?.fields ?? []
        var structured: ScriptValue?
        if !fields.isEmpty { structured = .table(fields) } else if !text.isEmpty { structured = .text(text) }
        return ScriptResult(id: id, output: output, structured: structured)
    }

    private mutating func add(_ field: ScriptValue.Field) {
        guard !tables.isEmpty else { return }
        tables[tables.count - 1].fields.append(field)
    }

    /// Reads the elements `script`, `table` and `elem`.
    struct Collector {
        private var draft: ScriptDraft?

        /// Takes the beginning of an element; false if it has nothing to do with scripts.
        mutating func start(_ name: String, _ attributes: Attributes) -> Bool {
            switch name {
            case "script": draft = ScriptDraft(attributes)
            case "table" where draft != nil:
                draft?.tables.append(Table(key: attributes["key"].map { Array($0.utf8) }))
            case "elem" where draft != nil: draft?.element = (attributes["key"].map { Array($0.utf8) }, [])
            default: return false
            }
            return true
        }

        /// Takes text.
        mutating func text(_ text: String) {
            if draft?.element != nil {
                draft?.element?.text.append(contentsOf: text.utf8)
            } else if draft?.tables.count == 1, draft?.tables[0].fields.isEmpty ?? false {
                draft?.text.append(contentsOf: text.utf8)
            }
        }

        /// Takes the end of an element; gives the result if it was a script's.
        mutating func end(_ name: String) -> ScriptResult? {
            switch name {
            case "elem":
                guard let element = draft?.element else { return nil }
                draft?.element = nil
                draft?.add(ScriptValue.Field(key: element.key, value: .text(element.text)))
            case "table":
                guard draft?.tables.count ?? 0 > 1, let table = draft?.tables.popLast() else { return nil }
                draft?.add(ScriptValue.Field(key: table.key, value: .table(table.fields)))
            case "script":
                defer { draft = nil }
                return draft?.result
            default: break
            }
            return nil
        }
    }
}
