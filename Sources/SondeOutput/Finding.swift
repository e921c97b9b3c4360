// SPDX-License-Identifier: Apache-2.0

internal import SondeModel
internal import SondeText

/// One vulnerability that a script says it found.
struct Finding: Hashable {
    /// How sure the script is, in the words of SARIF.
    enum Level: String, Hashable {
        /// It is there.
        case error
        /// It is probably there.
        case warning
        /// There is something to look at.
        case note
    }

    /// What the vulnerability is called: its CVE number if it has one, else the script's word, else the script.
    let id: String
    /// Its title.
    let title: String
    /// How sure the script is.
    let level: Level
    /// What the script said.
    let message: String

    /// The findings in a script's result.
    ///
    /// Scripts that use the library `vulns` give a table for each vulnerability with its `state`; of others, any
    /// output that does not say "NOT VULNERABLE" is one finding.
    static func all(in result: ScriptResult) -> [Finding] {
        let text = JSONWriter.visible(result.output)
        if case .table(let fields) = result.structured {
            let entries = fields.compactMap { field -> Finding? in
                guard let key = field.key, case .table(let facts) = field.value else { return nil }
                return Finding(String(decoding: key, as: UTF8.self), facts, text)
            }
            let hasStates = fields.contains { field in
                if case .table(let facts) = field.value {
                    Self.text(of: "state", in: facts) != nil
                } else {
                    false
                }
            }
            if hasStates { return entries }
        }
        let trimmed = text.drop { $0.isWhitespace }
        guard !trimmed.isEmpty, !text.contains("NOT VULNERABLE"), !trimmed.hasPrefix("ERROR") else {
            return []
        }
        let level: Level =
            text.contains("LIKELY VULNERABLE") ? .warning : text.contains("VULNERABLE") ? .error : .note
        return [Finding(id: result.id, title: result.id, level: level, message: text)]
    }

    private init(id: String, title: String, level: Level, message: String) {
        self.id = id
        self.title = title
        self.level = level
        self.message = message
    }

    private init?(_ key: String, _ facts: [ScriptValue.Field], _ message: String) {
        guard let state = Self.text(of: "state", in: facts), !state.hasPrefix("NOT"), state != "UNKNOWN"
        else {
            return nil
        }
        id = key.isEmpty ? "unnamed" : key
        title = Self.text(of: "title", in: facts) ?? id
        level = state.hasPrefix("LIKELY") ? .warning : .error
        self.message = message
    }

    private static func text(of name: String, in facts: [ScriptValue.Field]) -> String? {
        for field in facts where field.key.map({ $0.elementsEqual(name.utf8) }) ?? false {
            if case .text(let octets) = field.value { return JSONWriter.visible(octets) }
        }
        return nil
    }
}
