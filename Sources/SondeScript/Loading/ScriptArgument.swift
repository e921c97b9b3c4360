// SPDX-License-Identifier: Apache-2.0

/// One value of `--script-args`: text, or a table of further values.
package indirect enum ScriptArgument: Hashable, Sendable {
    /// One value of a table, with or without a name.
    package struct Field: Hashable, Sendable {
        /// The name; nothing for an element of the list part.
        package let key: [UInt8]?
        /// The value.
        package let value: ScriptArgument

        /// Makes a field.
        package init(key: [UInt8]?, value: ScriptArgument) {
            self.key = key
            self.value = value
        }
    }

    /// Text, as octets of no particular encoding. Numbers are text too.
    case text([UInt8])
    /// Fields in the order of their first mention; no key twice.
    case table([Field])
}
