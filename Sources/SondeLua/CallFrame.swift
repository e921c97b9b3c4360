// SPDX-License-Identifier: Apache-2.0

internal import CLua
internal import CLuaShim

/// A window on the stack of one coroutine while Swift is its running frame.
///
/// Not copyable and only ever lent, so no closure can keep it. Positions count from 1 as in Lua; negative ones
/// from the top. Every push makes sure of room first. A push may run the collector, and with it a script's
/// finalizer that calls host functions again: hold no exclusive access to Swift state across it.
@safe
package struct CallFrame: ~Copyable {
    /// The coroutine; valid while the frame is.
    let L: OpaquePointer

    init(_ L: OpaquePointer) { unsafe self.L = unsafe L }

    /// The state that the coroutine belongs to.
    package var state: LuaState? {
        guard let owner = unsafe sonde_lua_world_of(L).pointee.owner else { return nil }
        return unsafe Unmanaged<LuaState>.fromOpaque(owner).takeUnretainedValue()
    }

    /// How many values there are: in a host function at its start, the number of arguments.
    package var count: Int { unsafe Int(lua_gettop(L)) }

    /// Whether a host function may suspend here, which it may not below `table.sort`, `string.gsub`, a
    /// finalizer, or another call that Lua cannot interrupt.
    package var canSuspend: Bool { unsafe sonde_lua_can_suspend(L) != 0 }

    /// Raises what Lua raises where a suspension is not possible.
    package func requireSuspension() throws(HostError) {
        guard canSuspend else { throw .plain("attempt to yield across a C-call boundary") }
    }

    /// The address of the coroutine, as `thread: 0x…` shows it.
    package var coroutineAddress: UInt { unsafe UInt(bitPattern: L) }

    /// Removes values from the top.
    package func pop(_ count: Int = 1) { unsafe lua_settop(L, -CInt(clamping: count) - 1) }

    /// Sets the number of values, with nils where there were fewer.
    package func setCount(_ count: Int) {
        guard reserve(max(0, count - self.count)) else { return }
        unsafe lua_settop(L, CInt(clamping: count))
    }

    /// Makes room for values; false if the stack cannot grow further (about a million values).
    @discardableResult
    package func reserve(_ count: Int) -> Bool { unsafe lua_checkstack(L, CInt(clamping: count)) != 0 }

    // MARK: Types and values

    /// The type of the value at a position.
    package func type(at index: Int) -> LuaType {
        unsafe LuaType(rawValue: lua_type(L, CInt(clamping: index))) ?? .none
    }

    /// The name of a value's type, as scripts see it: `number`, `no value`, ….
    package func typeName(at index: Int) -> String {
        unsafe String(cString: lua_typename(L, lua_type(L, CInt(clamping: index))))
    }

    /// Whether there is no value, or `nil`.
    package func isNil(at index: Int) -> Bool { unsafe lua_type(L, CInt(clamping: index)) <= 0 }

    /// Whether the value counts as true.
    package func isTruthy(at index: Int) -> Bool { unsafe lua_toboolean(L, CInt(clamping: index)) != 0 }

    /// Whether the value is an integer by representation, not a float or a numeric string.
    package func isInteger(at index: Int) -> Bool { unsafe lua_isinteger(L, CInt(clamping: index)) != 0 }

    /// The integer at a position: integers, integral floats, numeric strings; else nothing.
    package func convertedInteger(at index: Int) -> Int? {
        var converted: CInt = 0
        let value = unsafe lua_tointegerx(L, CInt(clamping: index), &converted)
        return converted == 0 ? nil : Int(value)
    }

    /// The number at a position: numbers and numeric strings; else nothing.
    package func convertedNumber(at index: Int) -> Double? {
        var converted: CInt = 0
        let value = unsafe lua_tonumberx(L, CInt(clamping: index), &converted)
        return converted == 0 ? nil : value
    }

    /// The octets of a string; nothing for other types, numbers among them.
    package func octets(at index: Int) -> [UInt8]? {
        guard type(at: index) == .string else { return nil }
        return copyString(at: index)
    }

    /// The octets of a string or number, the latter as Lua prints it; the value on the stack stays as it is.
    package func convertedOctets(at index: Int) -> [UInt8]? {
        switch type(at: index) {
        case .string: return copyString(at: index)
        case .number:
            reserve(2)
            unsafe lua_pushvalue(L, CInt(clamping: index))
            defer { pop() }
            return copyString(at: -1)
        default: return nil
        }
    }

    /// The text of a string or number; octets that are not UTF-8 are replaced.
    package func convertedText(at index: Int) -> String? {
        convertedOctets(at: index).map { String(decoding: $0, as: UTF8.self) }
    }

    /// The octets in a string or number at a position, which is turned into a string in place.
    private func copyString(at index: Int) -> [UInt8] {
        var length = 0
        guard let start = unsafe lua_tolstring(L, CInt(clamping: index), &length) else { return [] }
        // The string stays on the stack while its octets are copied.
        return unsafe [UInt8](UnsafeRawBufferPointer(start: start, count: length))
    }

    /// Lends the octets of a string without copying; nothing for other types.
    package func withOctets<Result>(
        at index: Int,
        _ body: (UnsafeRawBufferPointer) -> Result
    ) -> Result? {
        guard type(at: index) == .string else { return nil }
        var length = 0
        guard let start = unsafe lua_tolstring(L, CInt(clamping: index), &length) else { return nil }
        return unsafe body(UnsafeRawBufferPointer(start: start, count: length))
    }

    /// A copy of the value at a position.
    package func value(at index: Int) -> LuaValue {
        switch type(at: index) {
        case .none, .nil: return .nil
        case .boolean: return .boolean(isTruthy(at: index))
        case .number:
            if isInteger(at: index), let value = convertedInteger(at: index) { return .integer(value) }
            return .number(convertedNumber(at: index) ?? 0)
        case .string: return .string(octets(at: index) ?? [])
        case let type: return .other(type)
        }
    }

    /// Whether two values are the same without asking metamethods.
    package func isSame(_ one: Int, _ other: Int) -> Bool {
        unsafe lua_rawequal(L, CInt(clamping: one), CInt(clamping: other)) != 0
    }

    /// The address that tells a table, function, userdata or coroutine from others; 0 for plain values.
    package func identity(at index: Int) -> UInt {
        unsafe UInt(bitPattern: lua_topointer(L, CInt(clamping: index)))
    }

    /// The value as scripts print it.
    ///
    /// Metamethods are honoured; the stack stays as it is.
    package func describe(at index: Int) throws(LuaError) -> [UInt8] {
        reserve(4)
        let status = unsafe sonde_lua_to_text(L, CInt(clamping: index))
        defer { pop() }
        guard status == 0 else { throw takeError(status, keep: true) }
        return octets(at: -1) ?? []
    }

    /// Makes an error of the value on top; pops it unless told to keep it.
    func takeError(_ status: CInt, keep: Bool = false) -> LuaError {
        let kind: LuaError.Kind =
            switch status {
            case CInt(LUA_ERRSYNTAX): .syntax
            case CInt(LUA_ERRMEM): .memory
            case CInt(LUA_ERRERR): .handler
            default: .runtime
            }
        let message = convertedOctets(at: -1) ?? Array("(error object is a \(typeName(at: -1)) value)".utf8)
        if !keep { pop() }
        return LuaError(kind: kind, message: message)
    }
}
