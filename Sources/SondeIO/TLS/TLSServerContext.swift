// SPDX-License-Identifier: Apache-2.0

internal import COpenSSL
internal import Glibc

/// The settings of a small TLS server: for the built-in demonstration and for tests.
///
/// Its P-256 key and self-signed certificate are made at run time and never leave memory.
@safe
package final class TLSServerContext {
    private let pointer: OpaquePointer

    /// Makes a context for servers.
    ///
    /// - Parameters:
    ///   - commonName: the subject and issuer of the certificate, and a DNS name it is for.
    ///   - cipherList: suites of TLS 1.2 and older, in OpenSSL's notation; nil allows all. A list also forbids
    ///     TLS 1.3, whose suites it cannot name.
    /// - Throws: `ERROR` with the library's words.
    package init(commonName: String = "localhost", cipherList: String? = nil) throws(StreamError) {
        OpenSSLLibrary.prepare()
        OpenSSLLibrary.clearErrors()
        guard let pointer = unsafe SSL_CTX_new(TLS_server_method()) else {
            throw StreamError(.error, detail: OpenSSLLibrary.takeErrorText())
        }
        unsafe self.pointer = unsafe pointer
        unsafe TLSPermissions.open(pointer)
        _ = unsafe SSL_CTX_ctrl(pointer, SSL_CTRL_SET_DH_AUTO, 1, nil)
        let identity = try SelfSignedIdentity(commonName: commonName)
        guard unsafe SSL_CTX_use_certificate(pointer, identity.certificate) == 1,
            unsafe SSL_CTX_use_PrivateKey(pointer, identity.key) == 1
        else { throw StreamError(.error, detail: OpenSSLLibrary.takeErrorText()) }
        if let cipherList { try restrict(to: cipherList) }
    }

    deinit { unsafe SSL_CTX_free(pointer) }

    /// Makes the server's side of a session over a connected, non-blocking socket, which stays the caller's.
    package func makeSession(descriptor: CInt) throws(StreamError) -> TLSSession {
        let session = unsafe try TLSSession(contextPointer: pointer, descriptor: descriptor)
        session.acceptAsServer()
        return session
    }

    private func restrict(to cipherList: String) throws(StreamError) {
        guard unsafe SSL_CTX_set_cipher_list(pointer, cipherList) == 1,
            unsafe SSL_CTX_ctrl(pointer, SSL_CTRL_SET_MAX_PROTO_VERSION, CLong(TLS1_2_VERSION), nil) == 1
        else { throw StreamError(.error, detail: OpenSSLLibrary.takeErrorText()) }
    }
}

/// A fresh key with a certificate it signed itself.
@safe
private final class SelfSignedIdentity {
    let key: OpaquePointer
    let certificate: OpaquePointer

    init(commonName: String) throws(StreamError) {
        guard let key = unsafe Self.makeKey() else {
            throw StreamError(.error, detail: OpenSSLLibrary.takeErrorText())
        }
        unsafe self.key = unsafe key
        guard let certificate = unsafe X509_new() else {
            unsafe EVP_PKEY_free(key)
            throw StreamError(.error, detail: OpenSSLLibrary.takeErrorText())
        }
        unsafe self.certificate = unsafe certificate
        guard fill(commonName: commonName) else {
            throw StreamError(.error, detail: OpenSSLLibrary.takeErrorText())
        }
    }

    deinit {
        unsafe X509_free(certificate)
        unsafe EVP_PKEY_free(key)
    }

    private static func makeKey() -> OpaquePointer? {
        guard let context = unsafe EVP_PKEY_CTX_new_from_name(nil, "EC", nil) else { return nil }
        defer { unsafe EVP_PKEY_CTX_free(context) }
        var key: OpaquePointer?
        guard unsafe EVP_PKEY_keygen_init(context) == 1,
            unsafe EVP_PKEY_CTX_set_group_name(context, "P-256") == 1,
            unsafe EVP_PKEY_generate(context, &key) == 1
        else { return nil }
        return unsafe key
    }

    /// Fills in and signs the certificate: version 3, valid from an hour ago for ten years.
    private func fill(commonName: String) -> Bool {
        let name = unsafe X509_get_subject_name(certificate)
        let octets = Array(commonName.utf8.prefix(64))
        return unsafe X509_set_version(certificate, 2) == 1
            && ASN1_INTEGER_set_uint64(X509_get_serialNumber(certificate), .random(in: 1...UInt64(Int64.max)))
                == 1
            && X509_gmtime_adj(X509_getm_notBefore(certificate), -3600) != nil
            && X509_gmtime_adj(X509_getm_notAfter(certificate), 3650 * 86400) != nil
            && X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_UTF8, octets, CInt(octets.count), -1, 0) == 1
            && X509_set_issuer_name(certificate, name) == 1
            && X509_set_pubkey(certificate, key) == 1
            && X509_sign(certificate, key, EVP_sha256()) > 0
    }
}
