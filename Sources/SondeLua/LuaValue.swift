// SPDX-License-Identifier: Apache-2.0

/// The types of Lua values.
package enum LuaType: CInt, Hashable, Sendable {
    /// No value at all: an argument that was not given.
    case none = -1
    /// `nil`.
    case `nil` = 0
    /// A boolean.
    case boolean = 1
    /// A light userdata.
    case lightUserdata = 2
    /// A number, integer or float.
    case number = 3
    /// A string.
    case string = 4
    /// A table.
    case table = 5
    /// A function.
    case function = 6
    /// A full userdata.
    case userdata = 7
    /// A coroutine.
    case thread = 8
}

/// A Lua value copied out to Swift; values that cannot be copied are named by type only.
package enum LuaValue: Hashable, Sendable {
    /// `nil`, or no value.
    case `nil`
    /// A boolean.
    case boolean(Bool)
    /// An integer.
    case integer(Int)
    /// A float.
    case number(Double)
    /// A string: octets of no particular encoding.
    case string([UInt8])
    /// A table, function, userdata or coroutine.
    case other(LuaType)
}
