// SPDX-License-Identifier: Apache-2.0

/// The parsed script arguments, which scripts see as `nmap.registry.args`.
///
/// Grammar and oddities are those of the engine's specification, section 5.
package struct ScriptArguments: Hashable, Sendable {
    /// The values, in the order of their first mention; no key twice.
    package let fields: [ScriptArgument.Field]
    /// What was left unread after a `}` that nothing opened, for a warning; the reference is silent about it.
    package let unread: [UInt8]

    /// Makes arguments of fields.
    package init(fields: [ScriptArgument.Field], unread: [UInt8] = []) {
        self.fields = fields
        self.unread = unread
    }

    /// Parses the text that `joinedText` gives.
    ///
    /// No text gives no arguments. Takes time proportional to the text and no recursion.
    ///
    /// - Throws: ``ScriptArgumentsError`` with the place of the first fault.
    package init(parsing text: [UInt8]) throws(ScriptArgumentsError) {
        guard !text.isEmpty else {
            self.init(fields: [])
            return
        }
        var parser = ScriptArgumentsParser(text)
        self = try parser.parse()
    }

    /// The whole text of the arguments.
    ///
    /// - Parameters:
    ///   - file: contents of `--script-args-file`; nothing if the option was not given.
    ///   - option: the value of `--script-args`; empty if not given.
    /// - Returns: the file without its last commas, a comma, and the option, whose keys so win.
    package static func joinedText(file: [UInt8]?, option: [UInt8]) -> [UInt8] {
        guard var text = file else { return option }
        while text.last == UInt8(ascii: ",") { text.removeLast() }
        return text + [UInt8(ascii: ",")] + option
    }

    /// The value of a key at the top level; takes time proportional to the number of fields.
    package func value(forKey key: String) -> ScriptArgument? {
        fields.first { $0.key?.elementsEqual(key.utf8) ?? false }?.value
    }
}
