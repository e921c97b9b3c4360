// SPDX-License-Identifier: Apache-2.0

internal import COpenSSL
internal import SondeLua

/// A cipher of OpenSSL.
///
/// The algorithm is a constant of the library and outlives everything.
@safe
struct Cipher {
    /// Which way a cipher works; the numbers are OpenSSL's.
    enum Direction: CInt {
        case decryption = 0
        case encryption = 1
    }

    /// The most octets that one call takes: its lengths are C ints, and results a little longer.
    private static let maximumCount = 1 << 30
    /// Octets by which a result may be longer than its input: two blocks of the largest size.
    private static let growth = 2 * Int(EVP_MAX_BLOCK_LENGTH)

    private let algorithm: OpaquePointer

    /// Finds a cipher by any name that OpenSSL knows, whatever the case.
    init?(named name: String) {
        _ = OpenSSLProviders.legacyIsAvailable
        guard let algorithm = unsafe EVP_get_cipherbyname(name) else {
            ERR_clear_error()
            return nil
        }
        unsafe self.algorithm = unsafe algorithm
    }

    /// The names of all ciphers, aliases among them, sorted.
    static var allNames: [String] {
        _ = OpenSSLProviders.legacyIsAvailable
        let names = NameList()
        unsafe EVP_CIPHER_do_all_sorted(
            { _, name, _, list in unsafe NameList.add(name, to: list) },
            names.opaque
        )
        return names.names
    }

    /// Encrypts or decrypts some octets.
    ///
    /// - Parameters:
    ///   - direction: which.
    ///   - octets: the data.
    ///   - key: its length becomes the cipher's where the cipher allows that.
    ///   - vector: the initialization vector; empty for none, else of exactly the cipher's length.
    ///   - hasPadding: whether the last block is padded (PKCS #7); without, it must be full.
    /// - Returns: the result.
    /// - Throws: what scripts see, OpenSSL's words among it.
    func crypt(
        _ direction: Direction,
        _ octets: [UInt8],
        key: [UInt8],
        vector: [UInt8],
        hasPadding: Bool
    ) throws(HostError) -> [UInt8] {
        ERR_clear_error()
        guard octets.count <= Self.maximumCount else { throw .message("data is too long to be processed") }
        guard let context = unsafe EVP_CIPHER_CTX_new() else { throw OpenSSLError.taken() }
        defer { unsafe EVP_CIPHER_CTX_free(context) }
        guard unsafe EVP_CipherInit_ex(context, algorithm, nil, nil, nil, direction.rawValue) == 1 else {
            throw OpenSSLError.taken()
        }
        try unsafe setKeyLength(key.count, of: context)
        let wanted = unsafe Int(EVP_CIPHER_CTX_get_iv_length(context))
        guard vector.isEmpty || vector.count == wanted else {
            throw .message("Length of iv is \(vector.count); should be \(wanted)")
        }
        guard
            unsafe EVP_CipherInit_ex(
                context,
                nil,
                nil,
                key,
                vector.isEmpty ? nil : vector,
                direction.rawValue
            )
                == 1,
            unsafe EVP_CIPHER_CTX_set_padding(context, hasPadding ? 1 : 0) == 1,
            let result = unsafe Self.run(octets, through: context)
        else { throw OpenSSLError.taken() }
        return result
    }

    /// Makes a key's length the cipher's.
    ///
    /// An empty key is refused here: the stream ciphers with keys of any length would read beyond it.
    private func setKeyLength(_ count: Int, of context: OpaquePointer) throws(HostError) {
        let wanted = unsafe EVP_CIPHER_CTX_get_key_length(context)
        guard let length = CInt(exactly: count), length > 0 || wanted == 0 else {
            throw .message("OpenSSL error: error:03000082:digital envelope routines::invalid key length")
        }
        guard unsafe length == wanted || EVP_CIPHER_CTX_set_key_length(context, length) == 1 else {
            throw OpenSSLError.taken()
        }
    }

    /// Takes the data through a context; nothing on failure.
    private static func run(_ octets: [UInt8], through context: OpaquePointer) -> [UInt8]? {
        var isGood = false
        let result = unsafe [UInt8](unsafeUninitializedCapacity: octets.count + growth) { room, count in
            guard let start = room.baseAddress else { return }
            var length: CInt = 0
            // No cipher gives more at its end than one block beyond what it took.
            guard unsafe EVP_CipherUpdate(context, start, &length, octets, CInt(octets.count)) == 1 else {
                return
            }
            let first = max(0, Int(length))
            length = 0
            guard unsafe EVP_CipherFinal_ex(context, start + first, &length) == 1 else { return }
            count = min(first + max(0, Int(length)), room.count)
            isGood = true
        }
        return isGood ? result : nil
    }
}
