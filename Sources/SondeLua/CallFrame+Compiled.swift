// SPDX-License-Identifier: Apache-2.0

internal import CLua
internal import CLuaShim
internal import Glibc

extension CallFrame {
    /// Pushes the function of a chunk that was compiled before.
    ///
    /// - Parameters:
    ///   - code: what ``compiled()`` gave under the same ``LuaState/library``. Lua does not check it: whoever can change it
    ///     can make the process do anything.
    ///   - name: the chunk's name, `@path` for files.
    /// - Throws: ``LuaError`` if it is of another library, or cut off.
    package func load(compiled code: [UInt8], name: String) throws(LuaError) {
        reserve(2)
        let status = unsafe code.withUnsafeBytes { bytes in
            // The octets last as long as the call.
            guard let start = unsafe bytes.baseAddress?.assumingMemoryBound(to: CChar.self) else {
                return unsafe sonde_lua_load_compiled(L, "", 0, name)
            }
            return unsafe sonde_lua_load_compiled(L, start, bytes.count, name)
        }
        guard status == 0 else { throw takeError(status) }
    }

    /// The function on top as a compiled chunk, with the names and lines that messages show.
    ///
    /// - Returns: nothing for functions that are not Lua's, or for lack of memory.
    package func compiled() -> [UInt8]? {
        guard type(at: -1) == .function else { return nil }
        var length = 0
        guard let start = unsafe sonde_lua_compiled(L, &length) else { return nil }
        defer { unsafe free(start) }
        // The call gave a block of so many octets, which is ours now.
        return unsafe [UInt8](UnsafeRawBufferPointer(start: start, count: length))
    }
}

extension LuaState {
    /// The name and version of the Lua library that runs; compiled chunks are of use to no other.
    package static var library: String { unsafe String(cString: sonde_lua_library()) }
}
