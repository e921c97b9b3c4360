// SPDX-License-Identifier: Apache-2.0

internal import COpenSSL
internal import SondeLua

/// What OpenSSL left in its queue of errors, as scripts see it.
enum OpenSSLError {
    /// Takes the oldest error of this thread's queue and empties the queue.
    ///
    /// The text is OpenSSL's one line, such as `error:03000082:digital envelope routines::invalid key length`.
    static func taken() -> HostError {
        let code = ERR_get_error()
        ERR_clear_error()
        // OpenSSL asks for 256 octets of room and always ends the text with a zero.
        let text = unsafe withUnsafeTemporaryAllocation(of: CChar.self, capacity: 256) { room in
            unsafe room.initialize(repeating: 0)
            unsafe ERR_error_string_n(code, room.baseAddress, room.count)
            return unsafe room.baseAddress.map { unsafe String(cString: $0) } ?? ""
        }
        return .message("OpenSSL error: \(text)")
    }
}
