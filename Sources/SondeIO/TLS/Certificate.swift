// SPDX-License-Identifier: Apache-2.0

internal import COpenSSL

/// An X.509 certificate.
///
/// Values are read from the library's form when they are asked for. (`spec/nse-api.md`, 8.3.)
@safe
package final class Certificate {
    /// The library's certificate; owned.
    let pointer: OpaquePointer

    /// Takes over a certificate of the library, which this object frees.
    init(owning pointer: OpaquePointer) { unsafe self.pointer = unsafe pointer }

    /// Reads a certificate in DER; octets after it are ignored.
    ///
    /// - Throws: `notACertificate` with OpenSSL's words.
    package init(der octets: [UInt8]) throws(CertificateError) {
        OpenSSLLibrary.prepare()
        OpenSSLLibrary.clearErrors()
        let parsed = unsafe octets.withUnsafeBufferPointer { buffer -> OpaquePointer? in
            var next = buffer.baseAddress
            // Reads at most `count` octets; only the local copy of the pointer is moved.
            return unsafe d2i_X509(nil, &next, buffer.count)
        }
        guard let parsed = unsafe parsed else {
            throw CertificateError(code: .notACertificate, detail: OpenSSLLibrary.takeErrorText() ?? "")
        }
        unsafe pointer = unsafe parsed
    }

    /// Reads the first certificate of a PEM text.
    ///
    /// - Throws: `notACertificate` with OpenSSL's words.
    package init(pem octets: [UInt8]) throws(CertificateError) {
        OpenSSLLibrary.prepare()
        OpenSSLLibrary.clearErrors()
        let parsed = unsafe octets.withUnsafeBytes { buffer -> OpaquePointer? in
            guard let count = CInt(exactly: buffer.count),
                let source = unsafe BIO_new_mem_buf(buffer.baseAddress, count)
            else { return nil }
            defer { unsafe BIO_free(source) }
            return unsafe PEM_read_bio_X509(source, nil, nil, nil)
        }
        guard let parsed = unsafe parsed else {
            throw CertificateError(code: .notACertificate, detail: OpenSSLLibrary.takeErrorText() ?? "")
        }
        unsafe pointer = unsafe parsed
    }

    deinit { unsafe X509_free(pointer) }

    /// The certificate in DER.
    package var der: [UInt8] {
        unsafe OpenSSLMemory.collect { unsafe i2d_X509_bio($0, pointer) == 1 } ?? []
    }

    /// The certificate as PEM: lines of 64 columns, with a newline at the end.
    package var pem: String {
        let octets = unsafe OpenSSLMemory.collect { unsafe PEM_write_bio_X509($0, pointer) == 1 } ?? []
        return String(decoding: octets, as: UTF8.self)
    }

    /// The signature algorithm's long name, as `sha256WithRSAEncryption`.
    package var signatureAlgorithm: String {
        guard let name = unsafe OBJ_nid2ln(X509_get_signature_nid(pointer)) else { return "undefined" }
        return unsafe String(cString: name)
    }

    /// The digest of the DER form.
    ///
    /// - Parameter algorithm: a name OpenSSL knows, as `sha256` or `MD5`.
    /// - Returns: the raw digest, or nil if the algorithm is not known or not available.
    package func digest(_ algorithm: String) -> [UInt8]? {
        guard let method = unsafe EVP_get_digestbyname(algorithm) else { return nil }
        var digest = [UInt8](repeating: 0, count: Int(EVP_MAX_MD_SIZE))
        var count: UInt32 = 0
        // No digest is longer than EVP_MAX_MD_SIZE.
        guard unsafe X509_digest(pointer, method, &digest, &count) == 1 else {
            OpenSSLLibrary.clearErrors()
            return nil
        }
        return Array(digest.prefix(Int(count)))
    }
}

/// Collects what OpenSSL prints.
enum OpenSSLMemory {
    /// Runs a writer over a memory sink and returns what it wrote, or nil if it failed.
    static func collect(_ write: (OpaquePointer) -> Bool) -> [UInt8]? {
        guard let sink = unsafe BIO_new(BIO_s_mem()) else { return nil }
        defer { unsafe BIO_free(sink) }
        guard unsafe write(sink) else {
            OpenSSLLibrary.clearErrors()
            return nil
        }
        return unsafe contents(of: sink)
    }

    private static func contents(of sink: OpaquePointer) -> [UInt8] {
        var start: UnsafeMutableRawPointer?
        // The pointer is valid until the sink is freed, which is after the copy.
        let count = unsafe BIO_ctrl(sink, BIO_CTRL_INFO, 0, &start)
        guard count > 0, let start = unsafe start else { return [] }
        return unsafe Array(UnsafeRawBufferPointer(start: start, count: count))
    }
}
