// SPDX-License-Identifier: Apache-2.0

internal import COpenSSL

/// A certificate's public key.
package struct CertificatePublicKey: Hashable, Sendable {
    /// The family of algorithms, with what scripts want to know of it.
    package enum Kind: Hashable, Sendable {
        /// RSA: public exponent and modulus, as unsigned numbers, highest octet first.
        case rsa(exponent: [UInt8], modulus: [UInt8])
        /// DSA.
        case dsa
        /// Diffie-Hellman.
        case diffieHellman
        /// Elliptic curve.
        case ellipticCurve(CertificateCurve)
        /// Anything else, Ed25519 for example.
        case unknown
    }

    /// The family of algorithms.
    package let kind: Kind
    /// The size of the key in bits.
    package let bits: Int
}

/// How a key's elliptic curve is given.
package enum CertificateCurve: Hashable, Sendable {
    /// By name: OpenSSL's short name, as `prime256v1`.
    case named(String)
    /// By the parameters of a curve over a prime field.
    case explicitPrime
    /// By the parameters of a curve over a field of characteristic two.
    case explicitCharacteristicTwo
    /// In no way we know.
    case unknown
}

extension Certificate {
    /// Reads the public key.
    ///
    /// - Throws: `undecodableKey` with OpenSSL's words.
    package func publicKey() throws(CertificateError) -> CertificatePublicKey {
        OpenSSLLibrary.clearErrors()
        guard let key = unsafe X509_get_pubkey(pointer) else {
            throw CertificateError(code: .undecodableKey, detail: OpenSSLLibrary.takeErrorText() ?? "")
        }
        defer { unsafe EVP_PKEY_free(key) }
        return CertificatePublicKey(kind: unsafe kind(of: key), bits: Int(unsafe EVP_PKEY_get_bits(key)))
    }

    private func kind(of key: OpaquePointer) -> CertificatePublicKey.Kind {
        switch unsafe EVP_PKEY_get_base_id(key) {
        case NID_rsaEncryption, NID_rsa:
            if let numbers = RSANumbers(der: keyOctets) {
                return .rsa(exponent: numbers.exponent, modulus: numbers.modulus)
            }
            return .rsa(exponent: unsafe number("e", of: key), modulus: unsafe number("n", of: key))
        case NID_dsa, NID_dsa_2, NID_dsaWithSHA, NID_dsaWithSHA1, NID_dsaWithSHA1_2: return .dsa
        case NID_dhKeyAgreement, NID_dhpublicnumber: return .diffieHellman
        case NID_X9_62_id_ecPublicKey: return .ellipticCurve(unsafe curve(of: key))
        default: return .unknown
        }
    }

    /// The key itself as the certificate holds it, without its algorithm.
    private var keyOctets: [UInt8] {
        // The text belongs to the certificate, which lives as long as this object; its length goes with it.
        guard let text = unsafe X509_get0_pubkey_bitstr(pointer),
            let start = unsafe ASN1_STRING_get0_data(text)
        else { return [] }
        return unsafe Array(UnsafeBufferPointer(start: start, count: Int(max(0, ASN1_STRING_length(text)))))
    }

    private func number(_ name: String, of key: OpaquePointer) -> [UInt8] {
        var number: OpaquePointer?
        guard unsafe EVP_PKEY_get_bn_param(key, name, &number) == 1, let number = unsafe number else {
            return []
        }
        defer { unsafe BN_free(number) }
        let count = unsafe (BN_num_bits(number) + 7) / 8
        guard count > 0 else { return [0] }
        var octets = [UInt8](repeating: 0, count: Int(count))
        _ = unsafe BN_bn2bin(number, &octets)
        return octets
    }

    private func curve(of key: OpaquePointer) -> CertificateCurve {
        guard unsafe word("encoding", of: key) == "explicit" else {
            return unsafe word("group", of: key).map(CertificateCurve.named) ?? .unknown
        }
        switch unsafe word("field-type", of: key) {
        case "prime-field": return .explicitPrime
        case "characteristic-two-field": return .explicitCharacteristicTwo
        default: return .unknown
        }
    }

    private func word(_ name: String, of key: OpaquePointer) -> String? {
        var buffer = [CChar](repeating: 0, count: 128)
        var count = 0
        guard unsafe EVP_PKEY_get_utf8_string_param(key, name, &buffer, 127, &count) == 1, count > 0 else {
            OpenSSLLibrary.clearErrors()
            return nil
        }
        return String(decoding: buffer.prefix(count).map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
}
