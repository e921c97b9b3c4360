// SPDX-License-Identifier: Apache-2.0

internal import COpenSSL

/// A digest algorithm of OpenSSL.
///
/// The algorithm is a constant of the library and outlives everything.
@safe
struct Digest {
    private let algorithm: OpaquePointer

    /// Finds an algorithm by any name that OpenSSL knows, whatever the case.
    init?(named name: String) {
        _ = OpenSSLProviders.legacyIsAvailable
        guard let algorithm = unsafe EVP_get_digestbyname(name) else {
            ERR_clear_error()
            return nil
        }
        unsafe self.algorithm = unsafe algorithm
    }

    /// The names of all algorithms, aliases among them, sorted.
    static var allNames: [String] {
        _ = OpenSSLProviders.legacyIsAvailable
        let names = NameList()
        unsafe EVP_MD_do_all_sorted(
            { _, name, _, list in unsafe NameList.add(name, to: list) },
            names.opaque
        )
        return names.names
    }

    /// The digest of some octets; nothing where OpenSSL refuses, with the reason in its queue.
    func digest(of octets: [UInt8]) -> [UInt8]? {
        ERR_clear_error()
        // The room is the largest that any digest needs, whatever its kind.
        return unsafe Self.withRoom { room, length in
            unsafe octets.withUnsafeBytes { bytes in
                unsafe EVP_Digest(bytes.baseAddress, bytes.count, room, &length, algorithm, nil) == 1
            }
        }
    }

    /// The keyed digest (RFC 2104) of some octets; nothing where OpenSSL refuses.
    func hmac(of octets: [UInt8], key: [UInt8]) -> [UInt8]? {
        ERR_clear_error()
        guard let keyLength = CInt(exactly: key.count) else { return nil }
        return unsafe Self.withRoom { room, length in
            unsafe octets.withUnsafeBufferPointer { bytes in
                unsafe key.withUnsafeBytes { key in
                    unsafe HMAC(
                        algorithm,
                        key.baseAddress,
                        keyLength,
                        bytes.baseAddress,
                        bytes.count,
                        room,
                        &length
                    ) != nil
                }
            }
        }
    }

    /// Lends room for the longest digest and answers what was written there.
    private static func withRoom(
        _ body: (UnsafeMutablePointer<UInt8>?, inout UInt32) -> Bool
    ) -> [UInt8]? {
        var isGood = false
        let result = unsafe [UInt8](unsafeUninitializedCapacity: Int(EVP_MAX_MD_SIZE)) { room, count in
            var length: UInt32 = 0
            isGood = unsafe body(room.baseAddress, &length)
            count = isGood ? min(Int(length), room.count) : 0
        }
        return isGood ? result : nil
    }
}

/// Gathers names from OpenSSL's walks over its tables.
final class NameList {
    private(set) var names: [String] = []

    /// This list as the context of a walk, which must end before the list does.
    var opaque: UnsafeMutableRawPointer { unsafe Unmanaged.passUnretained(self).toOpaque() }

    /// Adds a name; called by a walk with the list as its context.
    static func add(_ name: UnsafePointer<CChar>?, to list: UnsafeMutableRawPointer?) {
        guard let name = unsafe name, let list = unsafe list else { return }
        unsafe Unmanaged<NameList>.fromOpaque(list).takeUnretainedValue().names.append(String(cString: name))
    }
}
