// SPDX-License-Identifier: Apache-2.0

internal import CSSH2

/// A channel of a session; the session frees it.
@safe
final class SSHChannel {
    let session: SSHSession
    private let channel: OpaquePointer

    init(_ channel: OpaquePointer, of session: SSHSession) {
        unsafe self.channel = unsafe channel
        self.session = session
    }

    /// Calls the library with the channel, while its session lives.
    private func call(_ body: (OpaquePointer) -> Int) -> SSHSession.Step {
        unsafe session.call { _ in unsafe body(channel) }
    }

    /// Asks for a terminal.
    func requestTerminal(
        _ term: [CChar],
        modes: [CChar],
        size: (CInt, CInt),
        pixels: (CInt, CInt)
    ) -> SSHSession.Step {
        unsafe call {
            unsafe Int(
                libssh2_channel_request_pty_ex(
                    $0,
                    term,
                    UInt32(term.count - 1),
                    modes,
                    UInt32(modes.count - 1),
                    size.0,
                    size.1,
                    pixels.0,
                    pixels.1
                )
            )
        }
    }

    /// Starts a process: `shell`, `exec` with a command, ….
    func start(_ request: [CChar], message: [CChar]?) -> SSHSession.Step {
        unsafe call {
            unsafe Int(
                libssh2_channel_process_startup(
                    $0,
                    request,
                    UInt32(request.count - 1),
                    message,
                    UInt32(message.map { $0.count - 1 } ?? 0)
                )
            )
        }
    }

    /// Reads at most 2048 octets of a stream (0, or 1 for errors) into `octets`.
    func read(_ stream: CInt, into octets: inout [UInt8]) -> SSHSession.Step {
        var room = [UInt8](repeating: 0, count: 2048)
        let step = unsafe call { channel in
            unsafe room.withUnsafeMutableBytes { bytes in
                let start = unsafe bytes.baseAddress?.assumingMemoryBound(to: CChar.self)
                return unsafe libssh2_channel_read_ex(channel, stream, start, bytes.count)
            }
        }
        if case .done(let count) = step { octets = Array(room.prefix(max(0, count))) }
        return step
    }

    /// Writes what the window has room for.
    func write(_ octets: [UInt8]) -> SSHSession.Step {
        unsafe call { channel in
            unsafe octets.withUnsafeBytes { bytes in
                let start = unsafe bytes.baseAddress?.assumingMemoryBound(to: CChar.self)
                return unsafe libssh2_channel_write_ex(channel, 0, start, bytes.count)
            }
        }
    }

    /// Tells the peer that nothing more comes.
    func sendEnd() -> SSHSession.Step { unsafe call { unsafe Int(libssh2_channel_send_eof($0)) } }

    /// Whether the peer has told so.
    func isAtEnd() -> SSHSession.Step { unsafe call { unsafe Int(libssh2_channel_eof($0)) } }

    /// Closes it.
    func close() -> SSHSession.Step { unsafe call { unsafe Int(libssh2_channel_close($0)) } }
}
