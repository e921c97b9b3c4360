// SPDX-License-Identifier: Apache-2.0

internal import Glibc

/// Why a call of the system failed.
struct SystemFailure: Error {
    /// The value of `errno`.
    let number: CInt

    /// The system's words for it.
    var text: String {
        // The text belongs to the thread and is copied before any other call.
        unsafe strerror(number).map { unsafe String(cString: $0) } ?? "Unknown error \(number)"
    }
}

/// A path as the system's calls want it: octets of no particular encoding up to a zero.
struct SystemPath {
    private let characters: [CChar]

    /// Takes a path, which ends at its first zero octet if there is one.
    init(_ octets: [UInt8]) { characters = octets.map(CChar.init(bitPattern:)) + [0] }

    /// Lends the path to a call.
    ///
    /// - Parameter body: makes the call; nil is a failure, whose `errno` is read at once.
    /// - Returns: what the call gave.
    /// - Throws: ``SystemFailure`` where it gave nothing.
    func lend<Result>(_ body: (UnsafePointer<CChar>) -> Result?) throws(SystemFailure) -> Result {
        var number: CInt = EINVAL
        let result = unsafe characters.withUnsafeBufferPointer { buffer -> Result? in
            guard let start = buffer.baseAddress else { return nil }
            let result = unsafe body(start)
            number = errno
            return result
        }
        guard let result else { throw SystemFailure(number: number) }
        return result
    }
}
