// SPDX-License-Identifier: Apache-2.0

package import SondeLua

/// The modules that scripts find ready: global, and loadable by `require`.
///
/// Each is described in the specification of the native modules. A module that could not be offered would have
/// to be absent altogether, because libraries test for that.
package struct NativeModules {
    /// Makes the big numbers of `openssl`, also for other parts that hand such numbers to scripts.
    package let bignums: BignumModule

    /// Makes all modules available in a state.
    ///
    /// - Throws: ``LuaError`` if the state has no `package` library, or memory ran out.
    @discardableResult
    package static func installAll(in state: LuaState) throws(LuaError) -> NativeModules {
        try OpenSSLModule.install(in: state)
        let bignums = try BignumModule.install(in: state)
        try FilesystemModule.install(in: state)
        try ZlibModule.install(in: state)
        try LPegModule.install(in: state)
        return NativeModules(bignums: bignums)
    }

    /// Finds or makes a module's table, global and in `package.loaded`, and lends it.
    ///
    /// - Parameters:
    ///   - name: the module's name.
    ///   - state: where to.
    ///   - body: called with the module's table on top of the stack, which it must leave there.
    /// - Throws: ``LuaError`` if there is no `package.loaded`.
    static func withTable(
        _ name: StaticString,
        in state: LuaState,
        _ body: (borrowing CallFrame) -> Void
    ) throws(LuaError) {
        try state.withStack { (frame) throws(LuaError) in
            frame.pushGlobals()
            frame.pushField("package", of: -1)
            frame.pushField("loaded", of: -1)
            guard frame.type(at: -1) == .table else {
                throw LuaError(kind: .runtime, message: Array("package.loaded is not a table".utf8))
            }
            let loaded = frame.count
            frame.pushField(name, of: loaded)
            if frame.type(at: -1) != .table {
                frame.pop()
                frame.pushTable(fields: 16)
            }
            let module = frame.count
            body(frame)
            frame.setCount(module)
            frame.pushCopy(of: loaded)
            frame.pushCopy(of: module)
            frame.setField(name)
            frame.pushGlobals()
            frame.pushCopy(of: module)
            frame.setField(name)
        }
    }
}
