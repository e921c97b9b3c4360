// SPDX-License-Identifier: Apache-2.0

/// What a host function did.
///
/// Made in every call, so its code is the caller's own.
package struct HostReturn: Hashable, Sendable {
    /// The number that C acts on.
    @usableFromInline let code: CInt

    @inlinable
    init(code: CInt) { self.code = code }

    /// The top `count` values of the stack are the results.
    @inlinable
    package static func results(_ count: Int) -> HostReturn {
        HostReturn(code: CInt(clamping: max(count, 0)))
    }

    /// No results.
    @inlinable
    package static var nothing: HostReturn { HostReturn(code: 0) }

    /// An operation was started: the coroutine is suspended until the engine resumes it.
    ///
    /// Only where ``CallFrame/canSuspend`` holds; ``CallFrame/requireSuspension()`` checks that first.
    @inlinable
    package static var suspended: HostReturn { HostReturn(code: -2) }
}

/// A Swift function that Lua code can call.
///
/// The frame is borrowed, so nothing can keep it beyond the call.
package typealias HostBody = (borrowing CallFrame) throws(HostError) -> HostReturn

/// A registered host function; push it with ``CallFrame/push(_:)-(HostFunction)``.
package struct HostFunction: Hashable, Sendable {
    /// Its number in the state it was registered with.
    let number: Int64
    /// Its name, for documentation and traces.
    package let name: String
}
