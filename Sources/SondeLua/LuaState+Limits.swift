// SPDX-License-Identifier: Apache-2.0

internal import CLua
internal import CLuaShim

/// The memory account of one script instance.
package struct MemoryAccount: Hashable, Sendable {
    let number: UInt32

    /// Nobody's account, which has no limit.
    package static let none = MemoryAccount(number: 0)
}

/// What scripts may use, and the watch over it.
extension LuaState {
    /// Opens an account.
    ///
    /// - Parameter limit: the most octets that it may hold; nothing for no limit.
    /// - Returns: the account.
    package func beginAccount(limit: Int?) -> MemoryAccount {
        MemoryAccount(number: unsafe sonde_lua_account_begin(world, limit.map { max($0, 1) } ?? 0))
    }

    /// Ends an account; what it holds goes back as it is collected.
    package func end(_ account: MemoryAccount) { unsafe sonde_lua_account_end(world, account.number) }

    /// Octets that an account holds.
    package func memory(of account: MemoryAccount) -> Int {
        // Accounts are only made by this state, which never gives their table back while it lives.
        guard isOpen, unsafe account.number < world.pointee.account_count else { return 0 }
        return unsafe world.pointee.accounts.map { unsafe Int(clamping: $0[Int(account.number)].bytes) } ?? 0
    }

    /// Whether an account was refused memory although all garbage had been collected.
    package func isExceeded(_ account: MemoryAccount) -> Bool {
        guard isOpen, account != .none, unsafe account.number < world.pointee.account_count else {
            return false
        }
        let accounts = unsafe world.pointee.accounts
        return unsafe accounts.map { unsafe $0[Int(account.number)].is_exceeded != 0 } ?? false
    }

    /// Has a step of a script pay: what is allocated is charged to its account.
    ///
    /// - Parameters:
    ///   - account: who pays.
    ///   - deadline: when code that looks at no hook is stopped, nanoseconds of the monotonic clock.
    @inline(__always)
    package func chargeStep(_ account: MemoryAccount, deadline: Int64) {
        unsafe sonde_lua_charge_step(world, account.number, deadline)
    }

    /// Has nobody pay from now on.
    @inline(__always)
    package func chargeNobody() { unsafe sonde_lua_charge_step(world, 0, .max) }

    /// Has a closure's allocations charged to an account.
    package func charging<Result>(_ account: MemoryAccount, _ body: () -> Result) -> Result {
        let before = unsafe world.pointee.account
        unsafe world.pointee.account = account.number
        defer { unsafe world.pointee.account = before }
        return body()
    }

    /// Makes a function of a library in C, which looks at no hook, stoppable.
    ///
    /// - Parameters:
    ///   - name: the function's name.
    ///   - library: the library, which is a global table.
    package func guardForeign(_ name: StaticString, of library: NativeLibrary) {
        withStack { frame in
            frame.pushGlobals()
            frame.pushField(library.name, of: -1)
            guard frame.type(at: -1) == .table else { return }
            unsafe sonde_lua_guard_foreign(frame.L, library.opener, name.utf8Start.asCharacters)
        }
    }
}

extension CallFrame {
    /// Pushes the library that the sandbox of scripts is made with.
    package func pushSandboxLibrary() {
        reserve(4)
        unsafe sonde_lua_push_sandbox(L)
    }
}

extension Coroutine {
    /// Says that this coroutine is the engine's, which scripts cannot resume or close.
    package func protect() { withFrame { frame in unsafe sonde_lua_mark_base(frame.L) } }
}
