// SPDX-License-Identifier: Apache-2.0

internal import COpenSSL
internal import Glibc

/// One TLS session over a connected, non-blocking socket.
///
/// The session neither owns the socket nor waits for it: each call does what can be done at once and says what it
/// waits for. The owner must keep the descriptor open while the session is used, and must shut the session down
/// before it closes the descriptor.
///
/// Readiness is edge-triggered in the loop, and the library reads ahead by whole records: keep calling
/// ``read(into:)`` until it asks to wait.
@safe
package final class TLSSession {
    private let pointer: OpaquePointer
    private var failure: StreamError?
    private var hasShutDown = false

    /// Makes the client side of a session.
    ///
    /// - Parameters:
    ///   - context: the shared settings.
    ///   - descriptor: a connected, non-blocking socket; borrowed.
    ///   - serverName: sent as it is in the server name extension, even if it is an address. Empty names and those
    ///     longer than 255 octets cannot be sent and are left out.
    /// - Throws: `ERROR` with the library's words.
    package convenience init(
        context: TLSContext,
        descriptor: CInt,
        serverName: String?
    ) throws(StreamError) {
        unsafe try self.init(contextPointer: context.pointer, descriptor: descriptor)
        unsafe SSL_set_connect_state(pointer)
        if let serverName { setServerName(serverName) }
    }

    /// Makes a session that is neither client nor server yet.
    init(contextPointer: OpaquePointer, descriptor: CInt) throws(StreamError) {
        OpenSSLLibrary.clearErrors()
        guard let pointer = unsafe SSL_new(contextPointer) else {
            throw StreamError(.error, detail: OpenSSLLibrary.takeErrorText())
        }
        unsafe self.pointer = unsafe pointer
        guard unsafe SSL_set_fd(pointer, descriptor) == 1 else {
            throw StreamError(.error, detail: OpenSSLLibrary.takeErrorText())
        }
    }

    deinit { unsafe SSL_free(pointer) }

    /// Makes this the server's side.
    func acceptAsServer() { unsafe SSL_set_accept_state(pointer) }

    private func setServerName(_ name: String) {
        // The call copies the name.
        _ = unsafe name.withCString { text in
            unsafe SSL_ctrl(
                pointer,
                SSL_CTRL_SET_TLSEXT_HOSTNAME,
                CLong(TLSEXT_NAMETYPE_host_name),
                UnsafeMutableRawPointer(mutating: text)
            )
        }
        OpenSSLLibrary.clearErrors()
    }

    /// Goes on with the handshake.
    package func handshake() -> TLSStep {
        if let failure { return .failed(failure) }
        prepareCall()
        let result = unsafe SSL_do_handshake(pointer)
        let number = errno
        if result == 1 { return .done }
        switch outcome(of: result, errno: number, call: "SSL_do_handshake") {
        case .wantsRead: return .wantsRead
        case .wantsWrite: return .wantsWrite
        case .failed(let error): return .failed(error)
        case .count, .endOfStream:
            return .failed(fail(StreamError(.error, detail: "connection ended during the TLS handshake")))
        }
    }

    /// Reads what has arrived, after finishing the handshake if need be.
    ///
    /// - Parameter buffer: filled from its start; must not be empty.
    /// - Returns: what came of it.
    package func read(into buffer: UnsafeMutableRawBufferPointer) -> TLSTransfer {
        if let failure { return .failed(failure) }
        prepareCall()
        var count = 0
        // The library writes at most `buffer.count` bytes.
        let result = unsafe SSL_read_ex(pointer, buffer.baseAddress, buffer.count, &count)
        let number = errno
        if result == 1 { return .count(count) }
        return outcome(of: result, errno: number, call: "SSL_read")
    }

    /// Writes some or all of the given bytes.
    ///
    /// After a wait the same bytes must be offered again, though they may have moved in memory.
    package func write(_ bytes: UnsafeRawBufferPointer) -> TLSTransfer {
        if let failure { return .failed(failure) }
        if unsafe bytes.isEmpty { return .count(0) }
        prepareCall()
        var count = 0
        // The library reads at most `bytes.count` bytes and keeps no pointer to them.
        let result = unsafe SSL_write_ex(pointer, bytes.baseAddress, bytes.count, &count)
        let number = errno
        if result == 1 { return .count(count) }
        return outcome(of: result, errno: number, call: "SSL_write")
    }

    /// Tells the peer, if it can be told at once, that nothing more will be sent; never waits for its answer.
    package func shutdown() {
        guard failure == nil, !hasShutDown else { return }
        hasShutDown = true
        guard unsafe SSL_is_init_finished(pointer) == 1 else { return }
        prepareCall()
        _ = unsafe SSL_shutdown(pointer)
        OpenSSLLibrary.clearErrors()
    }

    /// Bytes that are decrypted and wait inside the session.
    package var pendingCount: Int { Int(unsafe SSL_pending(pointer)) }

    /// The certificate the peer has shown; nil with anonymous suites, and before the handshake.
    package var peerCertificate: Certificate? {
        guard let certificate = unsafe SSL_get1_peer_certificate(pointer) else { return nil }
        return unsafe Certificate(owning: certificate)
    }

    /// The version agreed on, as `TLSv1.3`.
    package var versionName: String { unsafe String(cString: SSL_get_version(pointer)) }

    /// The suite agreed on, as OpenSSL names it (`ECDHE-RSA-AES256-GCM-SHA384`); nil before the handshake.
    package var cipherName: String? {
        guard let cipher = unsafe SSL_get_current_cipher(pointer),
            let name = unsafe SSL_CIPHER_get_name(cipher)
        else { return nil }
        return unsafe String(cString: name)
    }

    /// The name the client asked for; on the server's side only.
    package var requestedServerName: String? {
        guard let name = unsafe SSL_get_servername(pointer, TLSEXT_NAMETYPE_host_name) else { return nil }
        return unsafe String(cString: name)
    }

    private func prepareCall() {
        OpenSSLLibrary.clearErrors()
        errno = 0
    }

    /// Reads what an unsuccessful call means; must follow it directly, since the thread's error queue decides.
    private func outcome(of result: CInt, errno number: CInt, call: String) -> TLSTransfer {
        switch unsafe SSL_get_error(pointer, result) {
        case SSL_ERROR_WANT_READ: return .wantsRead
        case SSL_ERROR_WANT_WRITE: return .wantsWrite
        case SSL_ERROR_ZERO_RETURN: return .endOfStream
        case SSL_ERROR_SYSCALL where number == 0: return .endOfStream
        case SSL_ERROR_SYSCALL:
            let detail = OpenSSLLibrary.takeErrorText()
            let underlying = SystemError(number: number, call: call)
            return .failed(fail(StreamError(.error, underlying: underlying, detail: detail)))
        default:
            return .failed(fail(StreamError(.error, detail: OpenSSLLibrary.takeErrorText())))
        }
    }

    /// Remembers an error: after one, the library forbids all further calls, shutting down included.
    private func fail(_ error: StreamError) -> StreamError {
        failure = error
        return error
    }
}
