// SPDX-License-Identifier: Apache-2.0

internal import CLua
internal import CLuaShim

/// Keeps one Lua value alive from Swift, in a slot of the registry.
///
/// Belongs to the thread of its state. After the state is closed it stands for nothing.
package final class LuaReference {
    let slot: CInt
    private let state: LuaState

    /// Pops the value on top of a stack and keeps it.
    package init?(popping frame: borrowing CallFrame) {
        guard let state = frame.state else { return nil }
        frame.reserve(2)
        self.state = state
        unsafe slot = luaL_ref(frame.L, sonde_lua_registry())
    }

    deinit { state.release(slot: slot) }
}

/// A Swift class whose objects scripts hold as userdata.
package struct ObjectType<Object: AnyObject> {
    /// The name that errors show: `nsock expected, got table`.
    package let name: String
    let number: Int64
    let metatable: LuaReference
}
