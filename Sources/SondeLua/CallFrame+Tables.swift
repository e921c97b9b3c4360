// SPDX-License-Identifier: Apache-2.0

internal import CLua
internal import CLuaShim

extension CallFrame {
    /// Pushes a new table with room for list elements and fields.
    package func pushTable(elements: Int = 0, fields: Int = 0) {
        reserve(3)
        unsafe lua_createtable(L, CInt(clamping: elements), CInt(clamping: fields))
    }

    /// Pops a value and makes it a raw field of the table below it.
    package func setField(_ name: StaticString) {
        reserve(2)
        // A static string ends with a zero octet and lives for ever.
        name.withUTF8Buffer { bytes in
            unsafe bytes.withMemoryRebound(to: CChar.self) { characters in
                guard let start = characters.baseAddress else { return }
                unsafe sonde_lua_raw_set_field(L, -2, start)
            }
        }
    }

    /// Sets a raw field of the table on top, unless the value is absent.
    package func setField(_ name: StaticString, _ value: String?) {
        guard let value else { return }
        push(value)
        setField(name)
    }

    /// Sets a raw field of the table on top, unless the value is absent.
    package func setField(_ name: StaticString, _ value: [UInt8]?) {
        guard let value else { return }
        push(value)
        setField(name)
    }

    /// Sets a raw field of the table on top, unless the value is absent.
    package func setField(_ name: StaticString, _ value: Int?) {
        guard let value else { return }
        push(value)
        setField(name)
    }

    /// Sets a raw field of the table on top, unless the value is absent.
    package func setField(_ name: StaticString, _ value: Double?) {
        guard let value else { return }
        push(value)
        setField(name)
    }

    /// Sets a raw field of the table on top, unless the value is absent.
    package func setField(_ name: StaticString, _ value: Bool?) {
        guard let value else { return }
        push(value)
        setField(name)
    }

    /// Sets a raw field of the table on top to a host function.
    package func setField(_ name: StaticString, _ function: HostFunction) {
        push(function)
        setField(name)
    }

    /// Sets a raw field of the table on top to what a reference stands for.
    package func setField(_ name: StaticString, _ reference: LuaReference) {
        push(reference)
        setField(name)
    }

    /// Pops a value and a key below it, and sets that raw entry of the table below both.
    ///
    /// The key must not be nil or NaN.
    package func setEntry() { unsafe lua_rawset(L, -3) }

    /// Pops a key and pushes its raw entry in the table at a position.
    package func pushEntry(of index: Int) {
        let table = unsafe lua_absindex(L, CInt(clamping: index))
        unsafe lua_rawget(L, table)
    }

    /// Pops a value and makes it a list element of the table below it.
    package func setElement(_ number: Int) { unsafe lua_rawseti(L, -2, lua_Integer(number)) }

    /// Pushes a raw list element of the table at a position.
    package func pushElement(_ number: Int, of index: Int) {
        reserve(1)
        unsafe lua_rawgeti(L, CInt(clamping: index), lua_Integer(number))
    }

    /// The length of a table or string without asking metamethods.
    package func rawLength(at index: Int) -> Int {
        unsafe Int(clamping: lua_rawlen(L, CInt(clamping: index)))
    }

    /// Pushes a field of the table at a position; a metamethod may answer, and an error of it gives nil.
    package func pushField(_ name: StaticString, of index: Int) {
        reserve(6)
        name.withUTF8Buffer { bytes in
            unsafe bytes.withMemoryRebound(to: CChar.self) { characters in
                guard let start = characters.baseAddress else { return }
                if unsafe sonde_lua_get_field(L, CInt(clamping: index), start) != 0 {
                    pop()
                    pushNil()
                }
            }
        }
    }

    /// A field's value, copied; see ``pushField(_:of:)``.
    package func field(_ name: StaticString, of index: Int) -> LuaValue {
        pushField(name, of: index)
        defer { pop() }
        return value(at: -1)
    }

    /// A string field's octets; nothing for other types.
    package func octetsField(_ name: StaticString, of index: Int) -> [UInt8]? {
        guard case .string(let octets) = field(name, of: index) else { return nil }
        return octets
    }

    /// A string field as text; nothing for other types.
    package func textField(_ name: StaticString, of index: Int) -> String? {
        octetsField(name, of: index).map { String(decoding: $0, as: UTF8.self) }
    }

    /// Steps through the raw entries of a table; the body finds the key at -2 and the value at -1.
    ///
    /// The body must leave the stack as it found it and must not add keys to the table.
    ///
    /// - Parameters:
    ///   - index: position of the table.
    ///   - body: called for each entry; stops the walk by returning false.
    package func forEachEntry(of index: Int, _ body: (borrowing CallFrame) -> Bool) {
        guard type(at: index) == .table, reserve(6) else { return }
        let table = unsafe lua_absindex(L, CInt(clamping: index))
        unsafe lua_pushnil(L)
        // lua_next raises only for a key that is not in the table, which a walk never gives it.
        while unsafe lua_next(L, table) != 0 {
            let goesOn = body(self)
            pop()
            guard goesOn else {
                pop()
                return
            }
        }
    }

    /// Pops a table and makes it the metatable of the value below it.
    package func setMetatable() { _ = unsafe lua_setmetatable(L, -2) }

    /// Calls the function below a number of arguments, protected.
    ///
    /// - Parameters:
    ///   - arguments: values on top of the function.
    ///   - results: how many values are wanted; -1 for all.
    ///   - trace: whether errors get a traceback.
    /// - Throws: what the function raised; it is no longer on the stack then.
    package func call(arguments: Int, results: Int, trace: Bool = false) throws(LuaError) {
        reserve(4)
        let status = unsafe sonde_lua_call(
            L,
            CInt(clamping: arguments),
            CInt(clamping: results),
            trace ? 1 : 0
        )
        guard status == 0 else { throw takeError(status) }
    }

    /// Calls the function below a number of arguments, protected; an error stays on top as it was raised.
    ///
    /// - Returns: whether the call succeeded.
    package func attempt(arguments: Int, results: Int) -> Bool {
        reserve(4)
        return unsafe sonde_lua_call(L, CInt(clamping: arguments), CInt(clamping: results), 0) == 0
    }
}

extension CallFrame {
    /// Pushes a raw field of the table at a position: metamethods are not asked.
    package func pushRawField(_ name: StaticString, of index: Int) {
        reserve(3)
        name.withUTF8Buffer { bytes in
            unsafe bytes.withMemoryRebound(to: CChar.self) { characters in
                guard let start = characters.baseAddress else { return }
                unsafe sonde_lua_raw_get_field(L, CInt(clamping: index), start)
            }
        }
    }

    /// Pushes the metatable that userdata of a class have.
    package func pushMetatable<Object: AnyObject>(of type: ObjectType<Object>) { push(type.metatable) }

    /// Pushes the table of methods that userdata of a class have.
    package func pushMethods<Object: AnyObject>(of type: ObjectType<Object>) {
        pushMetatable(of: type)
        pushRawField("__index", of: -1)
        reserve(1)
        unsafe sonde_lua_remove(L, -2)
    }

    /// Pushes `package.loaded`.
    package func pushLoadedModules() {
        reserve(2)
        unsafe lua_pushstring(L, LUA_LOADED_TABLE)
        unsafe lua_rawget(L, sonde_lua_registry())
    }

    /// Moves the top values to a coroutine's stack.
    package func move(_ count: Int, to coroutine: Coroutine) {
        coroutine.withFrame { other in
            other.reserve(count + 4)
            unsafe lua_xmove(L, other.L, CInt(clamping: count))
        }
    }
}
