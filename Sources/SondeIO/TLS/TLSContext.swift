// SPDX-License-Identifier: Apache-2.0

internal import COpenSSL

/// The settings shared by all TLS client sessions of one world.
///
/// A scanner must speak with the worst servers, so everything the library can do is allowed: every version, every
/// cipher suite including the anonymous ones and those without encryption, keys of any size, servers that do not
/// know secure renegotiation. Nothing is verified and sessions are never resumed. (`spec/nse-api.md`, 7.2.)
@safe
package final class TLSContext {
    /// The library's context; owned.
    let pointer: OpaquePointer

    /// Makes a context for clients.
    ///
    /// - Throws: `ERROR` with the library's words if it cannot make one.
    package init() throws(StreamError) {
        OpenSSLLibrary.prepare()
        OpenSSLLibrary.clearErrors()
        guard let pointer = unsafe SSL_CTX_new(TLS_client_method()) else {
            throw StreamError(.error, detail: OpenSSLLibrary.takeErrorText())
        }
        unsafe self.pointer = unsafe pointer
        unsafe TLSPermissions.open(pointer)
    }

    deinit { unsafe SSL_CTX_free(pointer) }
}

/// Settings of contexts whose macros Swift cannot import.
enum TLSPermissions {
    // The values of `SSL_OP_…` in <openssl/ssl.h>, which are casts and therefore not imported.
    private static let legacyServerConnect: UInt64 = 1 << 2
    private static let paddingAndWorkarounds: UInt64 = 1 << 4 | 1 << 6 | 1 << 11 | 1 << 31
    private static let ignoreUnexpectedEnd: UInt64 = 1 << 7
    private static let unsafeLegacyRenegotiation: UInt64 = 1 << 18
    private static let noVersions: UInt64 = 0b11111 << 25

    /// All suites of TLS 1.2 and older, at the security level that refuses nothing.
    static let everySuite = "ALL:COMPLEMENTOFALL:@SECLEVEL=0"
    /// All suites of TLS 1.3, which are chosen by a call of their own.
    static let everyTLS13Suite =
        "TLS_AES_256_GCM_SHA384:TLS_CHACHA20_POLY1305_SHA256:TLS_AES_128_GCM_SHA256"
        + ":TLS_AES_128_CCM_SHA256:TLS_AES_128_CCM_8_SHA256"

    /// Allows a context everything.
    ///
    /// Distributions forbid old versions and small keys in the library's configuration file, so each limit is
    /// lifted by name.
    static func open(_ context: OpaquePointer) {
        unsafe SSL_CTX_set_security_level(context, 0)
        _ = unsafe SSL_CTX_ctrl(context, SSL_CTRL_SET_MIN_PROTO_VERSION, 0, nil)
        _ = unsafe SSL_CTX_ctrl(context, SSL_CTRL_SET_MAX_PROTO_VERSION, 0, nil)
        _ = unsafe SSL_CTX_clear_options(context, noVersions)
        _ = unsafe SSL_CTX_set_options(
            context,
            legacyServerConnect | paddingAndWorkarounds | ignoreUnexpectedEnd | unsafeLegacyRenegotiation
        )
        _ = unsafe SSL_CTX_set_cipher_list(context, everySuite)
        _ = unsafe SSL_CTX_set_ciphersuites(context, everyTLS13Suite)
        unsafe SSL_CTX_set_verify(context, SSL_VERIFY_NONE, nil)
        // Even so the library would build and check the chain, only to leave the outcome alone.
        unsafe SSL_CTX_set_cert_verify_callback(context, { _, _ in 1 }, nil)
        _ = unsafe SSL_CTX_ctrl(context, SSL_CTRL_SET_SESS_CACHE_MODE, 0, nil)
        unsafe setModes(context)
        OpenSSLLibrary.clearErrors()
    }

    /// Lets writes be partial and resumed from another place, and idle sessions give back their buffers.
    private static func setModes(_ context: OpaquePointer) {
        let modes =
            SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER | SSL_MODE_RELEASE_BUFFERS
        _ = unsafe SSL_CTX_ctrl(context, SSL_CTRL_MODE, CLong(modes), nil)
    }
}
