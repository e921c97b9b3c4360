// SPDX-License-Identifier: Apache-2.0

internal import CLua
internal import CLuaShim

extension CallFrame {
    /// Pushes `nil`.
    package func pushNil() {
        reserve(1)
        unsafe lua_pushnil(L)
    }

    /// Pushes a boolean.
    package func push(_ value: Bool) {
        reserve(1)
        unsafe lua_pushboolean(L, value ? 1 : 0)
    }

    /// Pushes an integer.
    package func push(_ value: Int) {
        reserve(1)
        unsafe lua_pushinteger(L, lua_Integer(value))
    }

    /// Pushes a float.
    package func push(_ value: Double) {
        reserve(1)
        unsafe lua_pushnumber(L, value)
    }

    /// Pushes a string of octets.
    package func push(_ octets: [UInt8]) {
        reserve(1)
        unsafe octets.withUnsafeBytes { bytes in
            let start = unsafe bytes.baseAddress?.assumingMemoryBound(to: CChar.self)
            _ = unsafe lua_pushlstring(L, start, bytes.count)
        }
    }

    /// Pushes a text as UTF-8.
    package func push(_ text: String) {
        reserve(1)
        var text = text
        text.withUTF8 { bytes in
            unsafe bytes.withMemoryRebound(to: CChar.self) { characters in
                _ = unsafe lua_pushlstring(L, characters.baseAddress, characters.count)
            }
        }
    }

    /// Pushes a copied value; values that were named by type only become nil.
    package func push(_ value: LuaValue) {
        switch value {
        case .nil, .other: pushNil()
        case .boolean(let value): push(value)
        case .integer(let value): push(value)
        case .number(let value): push(value)
        case .string(let octets): push(octets)
        }
    }

    /// Pushes a host function.
    package func push(_ function: HostFunction) {
        reserve(3)
        unsafe sonde_lua_push_host_function(L, function.number)
    }

    /// Pops a value and pushes a host function that keeps it.
    ///
    /// The function finds it with ``keptObject(as:)``; so one body serves many functions, each with an object of its own.
    package func pushKeeping(_ function: HostFunction) {
        reserve(3)
        unsafe sonde_lua_push_keeping_function(L, function.number)
    }

    /// The live Swift object that the running host function keeps.
    package func keptObject<Object: AnyObject>(as type: ObjectType<Object>) -> Object? {
        reserve(1)
        unsafe sonde_lua_push_kept(L)
        defer { pop() }
        return objectIfAny(at: -1, as: type)
    }

    /// Pushes what a reference stands for.
    package func push(_ reference: LuaReference) {
        reserve(1)
        unsafe lua_rawgeti(L, sonde_lua_registry(), lua_Integer(reference.slot))
    }

    /// Pushes another value of this stack.
    package func pushCopy(of index: Int) {
        reserve(1)
        unsafe lua_pushvalue(L, CInt(clamping: index))
    }

    /// Pushes a new userdata that keeps an object alive.
    package func push<Object: AnyObject>(_ object: Object, as type: ObjectType<Object>) {
        reserve(3)
        let retained = unsafe Unmanaged.passRetained(object).toOpaque()
        unsafe sonde_lua_push_object(L, type.number, retained, type.metatable.slot)
    }

    /// Pushes the table of global variables.
    package func pushGlobals() {
        reserve(1)
        unsafe sonde_lua_push_globals(L)
    }

    /// Pushes this coroutine.
    package func pushThread() {
        reserve(1)
        _ = unsafe lua_pushthread(L)
    }

    /// Pushes an opaque address that scripts can only hand back.
    package func pushHandle(_ number: UInt) {
        reserve(1)
        unsafe lua_pushlightuserdata(L, UnsafeMutableRawPointer(bitPattern: number))
    }

    /// The number in a handle made by ``pushHandle(_:)``; nothing for other values.
    package func handle(at index: Int) -> UInt? {
        guard type(at: index) == .lightUserdata else { return nil }
        return unsafe UInt(bitPattern: lua_touserdata(L, CInt(clamping: index)))
    }
}
