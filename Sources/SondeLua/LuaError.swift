// SPDX-License-Identifier: Apache-2.0

/// Why Lua code could not be compiled or ended with an error.
package struct LuaError: Error, Hashable, Sendable {
    /// What kind of failure it is.
    package enum Kind: Hashable, Sendable {
        /// The text is not Lua.
        case syntax
        /// The code raised an error.
        case runtime
        /// Memory ran out, or the limit was reached.
        case memory
        /// An error while an error was handled, or too deep a recursion in it.
        case handler
    }

    /// What kind of failure it is.
    package let kind: Kind
    /// The error value as text, with a traceback where one was asked for; octets of no particular encoding.
    package let message: [UInt8]

    /// Makes an error.
    package init(kind: Kind, message: [UInt8]) {
        self.kind = kind
        self.message = message
    }

    /// The message as text; octets that are not UTF-8 are replaced.
    package var text: String { String(decoding: message, as: UTF8.self) }
}

/// What a host function raises in the script that called it.
package enum HostError: Error, Hashable, Sendable {
    /// The message alone, as native functions of the reference raise it.
    case plain(String)
    /// The message with the caller's place before it, as `error(text)` gives.
    case message(String)
    /// `bad argument #index to 'name' (text)`.
    case argument(Int, String)
    /// `bad argument #index to 'name' (expected expected, got type)`.
    case type(Int, String)
    /// The value that the function left on top of the stack.
    case top
}
