// SPDX-License-Identifier: Apache-2.0

internal import CLua
internal import CLuaShim

/// A Lua coroutine that the engine drives.
@safe
package final class Coroutine {
    /// Why a coroutine stopped running.
    package enum Outcome: Hashable, Sendable {
        /// Its function returned; the results are on top of its stack.
        case finished(results: Int)
        /// It yielded values of its own, which are on top of its stack.
        case yielded(results: Int)
        /// A host function waits for an operation.
        case suspended
        /// The count hook gave the loop its turn back.
        case turnEnded
        /// It ended with an error, which is on top of its stack.
        case failed(LuaError.Kind)
    }

    /// Keeps the coroutine alive; push it to hand the coroutine to scripts.
    package let reference: LuaReference
    /// The coroutine's own stack, as a number that tells it from others.
    package let address: UInt
    private let L: OpaquePointer

    /// Makes a coroutine from the function on top of a stack, which is popped.
    package init?(popping frame: borrowing CallFrame) {
        frame.reserve(2)
        guard let L = unsafe lua_newthread(frame.L) else { return nil }
        unsafe self.L = unsafe L
        address = UInt(bitPattern: L)
        unsafe sonde_lua_insert(frame.L, -2)
        unsafe lua_xmove(frame.L, L, 1)
        guard let reference = LuaReference(popping: frame) else { return nil }
        self.reference = reference
    }

    /// Lends the coroutine's stack, to push arguments or to read results.
    package func withFrame<Result, Failure: Error>(
        _ body: (borrowing CallFrame) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        try unsafe body(CallFrame(L))
    }

    /// Runs it until it stops.
    ///
    /// - Parameter arguments: how many values on top of its stack it is given.
    /// - Returns: why it stopped.
    package func resume(arguments: Int = 0) -> Outcome {
        var results: CInt = 0
        let status = unsafe sonde_lua_resume(L, CInt(clamping: arguments), &results)
        switch status {
        case CInt(LUA_OK): return .finished(results: Int(results))
        case CInt(LUA_YIELD): break
        case CInt(LUA_ERRMEM): return .failed(.memory)
        case CInt(LUA_ERRERR): return .failed(.handler)
        default: return .failed(.runtime)
        }
        switch unsafe sonde_lua_world_of(L).pointee.suspended {
        case CInt(SONDE_LUA_OPERATION): return .suspended
        case CInt(SONDE_LUA_TURN_ENDED): return .turnEnded
        default: return .yielded(results: Int(results))
        }
    }

    /// Ends it: pending to-be-closed variables are closed, nothing of it runs any more.
    ///
    /// Nothing stays on its stack, so that `coroutine.status` calls it dead even after an error.
    package func close() {
        unsafe sonde_lua_reset(L)
    }

    /// Asks the tick every so many instructions in this coroutine and those it makes.
    package func setTick(every count: Int) { unsafe sonde_lua_set_tick(L, CInt(clamping: count)) }

    /// Whether it has returned or failed.
    package var isDead: Bool {
        unsafe lua_status(L) != CInt(LUA_YIELD) && lua_gettop(L) == 0
    }

    /// A message with the places where the coroutine is.
    package func traceback(_ message: String?, using state: LuaState) -> [UInt8] {
        state.withStack { frame in
            frame.reserve(4)
            if let message {
                unsafe sonde_lua_traceback(frame.L, L, message)
            } else {
                unsafe sonde_lua_traceback(frame.L, L, nil)
            }
            defer { frame.pop() }
            return frame.octets(at: -1) ?? []
        }
    }
}
