// SPDX-License-Identifier: Apache-2.0

internal import CLua
internal import CLuaShim

/// Arguments as the auxiliary library of Lua checks them: the texts of errors are those that scripts know.
extension CallFrame {
    /// An integer argument: integers, integral floats and numeric strings.
    package func integer(at index: Int) throws(HostError) -> Int {
        if let value = convertedInteger(at: index) { return value }
        guard convertedNumber(at: index) == nil else {
            throw .argument(index, "number has no integer representation")
        }
        throw .type(index, "number")
    }

    /// An integer argument, or a default where it is absent or nil.
    package func integer(at index: Int, default value: Int) throws(HostError) -> Int {
        isNil(at: index) ? value : try integer(at: index)
    }

    /// A number argument: numbers and numeric strings.
    package func number(at index: Int) throws(HostError) -> Double {
        guard let value = convertedNumber(at: index) else { throw .type(index, "number") }
        return value
    }

    /// A string argument: strings and numbers.
    package func string(at index: Int) throws(HostError) -> [UInt8] {
        guard let value = convertedOctets(at: index) else { throw .type(index, "string") }
        return value
    }

    /// A string argument as text; octets that are not UTF-8 are replaced.
    package func text(at index: Int) throws(HostError) -> String {
        String(decoding: try string(at: index), as: UTF8.self)
    }

    /// A boolean argument: no other type will do.
    package func boolean(at index: Int) throws(HostError) -> Bool {
        guard type(at: index) == .boolean else { throw .type(index, "boolean") }
        return isTruthy(at: index)
    }

    /// Makes sure that an argument is a table.
    package func requireTable(at index: Int) throws(HostError) {
        guard type(at: index) == .table else { throw .type(index, "table") }
    }

    /// Makes sure that an argument is a function.
    package func requireFunction(at index: Int) throws(HostError) {
        guard type(at: index) == .function else { throw .type(index, "function") }
    }

    /// One of several words, or a default where the argument is absent or nil.
    package func option<Choice: RawRepresentable<String>>(
        at index: Int,
        as choice: Choice.Type = Choice.self,
        default value: Choice? = nil
    ) throws(HostError) -> Choice {
        if isNil(at: index), let value { return value }
        let word = try text(at: index)
        guard let choice = Choice(rawValue: word) else { throw .argument(index, "invalid option '\(word)'") }
        return choice
    }

    /// The live Swift object in a userdata argument.
    package func object<Object: AnyObject>(
        at index: Int,
        as type: ObjectType<Object>
    ) throws(HostError) -> Object {
        guard let object = objectIfAny(at: index, as: type) else { throw .type(index, type.name) }
        return object
    }

    /// The live Swift object in a userdata, or nothing if there is none of that type.
    package func objectIfAny<Object: AnyObject>(at index: Int, as type: ObjectType<Object>) -> Object? {
        guard let pointer = unsafe sonde_lua_object(L, CInt(clamping: index), type.number) else { return nil }
        // The shim has checked that the box is ours and of this type.
        return unsafe Unmanaged<Object>.fromOpaque(pointer).takeUnretainedValue()
    }
}
