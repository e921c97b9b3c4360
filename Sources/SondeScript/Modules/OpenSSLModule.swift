// SPDX-License-Identifier: Apache-2.0

internal import COpenSSL
package import SondeLua

/// The `openssl` module: digests, ciphers and random octets.
///
/// ``BignumModule`` adds the big numbers. Errors carry the caller's place, as those of the reference do.
package enum OpenSSLModule {
    /// The most random octets that one call gives.
    static let maximumRandomCount = 1 << 24

    /// Makes `openssl` global and loadable.
    package static func install(in state: LuaState) throws(LuaError) {
        let functions: [(StaticString, HostFunction)] = [
            ("md4", shortcut("md4", in: state)),
            ("md5", shortcut("md5", in: state)),
            ("sha1", shortcut("sha1", in: state)),
            ("ripemd160", shortcut("ripemd160", in: state)),
            ("digest", state.function("openssl.digest", digest)),
            ("hmac", state.function("openssl.hmac", hmac)),
            ("supported_digests", state.function("openssl.supported_digests", supportedDigests)),
            ("rand_bytes", state.function("openssl.rand_bytes", randomOctets)),
            ("rand_pseudo_bytes", state.function("openssl.rand_pseudo_bytes", randomOctets)),
            ("encrypt", state.function("openssl.encrypt", encrypt)),
            ("decrypt", state.function("openssl.decrypt", decrypt)),
            ("supported_ciphers", state.function("openssl.supported_ciphers", supportedCiphers)),
            ("DES_string_to_key", state.function("openssl.DES_string_to_key", desKey)),
        ]
        try NativeModules.withTable("openssl", in: state) { frame in
            for (name, function) in functions { frame.setField(name, function) }
        }
    }

    // MARK: Digests

    /// A function of one argument for one algorithm.
    ///
    /// The reference finds its argument where `digest` has it, so a wrong one is called the second.
    private static func shortcut(_ name: String, in state: LuaState) -> HostFunction {
        state.function("openssl.\(name)") { frame throws(HostError) in
            guard let octets = frame.convertedOctets(at: 1) else {
                throw .argument(2, "string expected, got \(frame.typeName(at: 1))")
            }
            return try pushDigest(named: name, of: octets, on: frame)
        }
    }

    private static func digest(_ frame: borrowing CallFrame) throws(HostError) -> HostReturn {
        let name = try algorithmName(at: 1, of: frame)
        return try pushDigest(named: name, of: try frame.string(at: 2), on: frame)
    }

    private static func pushDigest(
        named name: String,
        of octets: [UInt8],
        on frame: borrowing CallFrame
    ) throws(HostError) -> HostReturn {
        guard let algorithm = Digest(named: name) else {
            throw .message("Unknown digest algorithm: \(name)")
        }
        guard let digest = algorithm.digest(of: octets) else { throw OpenSSLError.taken() }
        frame.push(digest)
        return .results(1)
    }

    private static func hmac(_ frame: borrowing CallFrame) throws(HostError) -> HostReturn {
        let name = try algorithmName(at: 1, of: frame)
        let key = try frame.string(at: 2)
        let octets = try frame.string(at: 3)
        guard let algorithm = Digest(named: name) else {
            throw .message("Unknown digest algorithm: \(name)")
        }
        guard let code = algorithm.hmac(of: octets, key: key) else { throw OpenSSLError.taken() }
        frame.push(code)
        return .results(1)
    }

    private static func supportedDigests(_ frame: borrowing CallFrame) throws(HostError) -> HostReturn {
        pushList(Digest.allNames, on: frame)
    }

    // MARK: Random octets

    private static func randomOctets(_ frame: borrowing CallFrame) throws(HostError) -> HostReturn {
        let count = try frame.integer(at: 1)
        guard count >= 0, count <= maximumRandomCount else { throw .message("Couldn't allocate memory.") }
        var isGood = false
        let octets = unsafe [UInt8](unsafeUninitializedCapacity: count) { room, length in
            // The room holds at least as many octets as are asked for, and the count fits an int.
            isGood = unsafe count == 0 || RAND_bytes(room.baseAddress, CInt(count)) == 1
            length = isGood ? count : 0
        }
        guard isGood else {
            ERR_clear_error()
            throw .message("Failure in RAND_bytes.")
        }
        frame.push(octets)
        return .results(1)
    }

    // MARK: Ciphers

    private static func encrypt(_ frame: borrowing CallFrame) throws(HostError) -> HostReturn {
        try crypt(.encryption, on: frame)
    }

    private static func decrypt(_ frame: borrowing CallFrame) throws(HostError) -> HostReturn {
        try crypt(.decryption, on: frame)
    }

    private static func crypt(
        _ direction: Cipher.Direction,
        on frame: borrowing CallFrame
    ) throws(HostError) -> HostReturn {
        let name = try algorithmName(at: 1, of: frame)
        let key = try frame.string(at: 2)
        let vector = frame.isNil(at: 3) ? [] : try frame.string(at: 3)
        let octets = try frame.string(at: 4)
        let hasPadding = frame.isTruthy(at: 5)
        guard let cipher = Cipher(named: name) else {
            throw .message("Unknown cipher algorithm: \(name)")
        }
        let result = try cipher.crypt(direction, octets, key: key, vector: vector, hasPadding: hasPadding)
        frame.push(result)
        return .results(1)
    }

    private static func supportedCiphers(_ frame: borrowing CallFrame) throws(HostError) -> HostReturn {
        pushList(Cipher.allNames, on: frame)
    }

    /// Spreads 56 bits over eight octets, seven a piece, with the lowest bit clear: no parity, as in the
    /// reference.
    private static func desKey(_ frame: borrowing CallFrame) throws(HostError) -> HostReturn {
        let octets = try frame.string(at: 1)
        guard octets.count == 7 else { throw .message("String must have length of 7 bytes.") }
        let bits = octets.reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
        frame.push((0..<8).map { UInt8(truncatingIfNeeded: bits >> (49 - 7 * UInt64($0))) << 1 })
        return .results(1)
    }

    // MARK: Parts

    /// The name of an algorithm; it ends where a C string would.
    private static func algorithmName(
        at index: Int,
        of frame: borrowing CallFrame
    ) throws(HostError) -> String {
        String(decoding: try frame.string(at: index).prefix { $0 != 0 }, as: UTF8.self)
    }

    private static func pushList(_ names: [String], on frame: borrowing CallFrame) -> HostReturn {
        frame.pushTable(elements: names.count)
        for (index, name) in names.enumerated() {
            frame.push(name)
            frame.setElement(index + 1)
        }
        return .results(1)
    }
}
