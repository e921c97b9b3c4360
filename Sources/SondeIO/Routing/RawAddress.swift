// SPDX-License-Identifier: Apache-2.0

internal import Glibc
internal import SondeModel

/// Addresses in the system's `sockaddr` forms.
enum RawAddress {
    /// Reads an IPv4 or IPv6 address; nil for other families.
    static func address(_ raw: UnsafePointer<sockaddr>?) -> IPAddress? {
        guard let raw = unsafe raw else { return nil }
        switch CInt(unsafe raw.pointee.sa_family) {
        case AF_INET:
            // The family says how much memory the system has put there.
            return unsafe raw.withMemoryRebound(to: sockaddr_in.self, capacity: 1) { pointer in
                let number = UInt32(bigEndian: unsafe pointer.pointee.sin_addr.s_addr)
                return IPAddress(family: .inet, value: UInt128(number))
            }
        case AF_INET6:
            return unsafe raw.withMemoryRebound(to: sockaddr_in6.self, capacity: 1) { pointer in
                unsafe inet6(pointer.pointee)
            }
        default: return nil
        }
    }

    private static func inet6(_ raw: sockaddr_in6) -> IPAddress? {
        let octets = unsafe withUnsafeBytes(of: raw.sin6_addr) { unsafe Array($0) }
        return IPAddress(octets: octets, zone: raw.sin6_scope_id)
    }

    /// Calls a function with the `sockaddr` of an address and port.
    static func with<Result>(
        _ address: IPAddress,
        port: UInt16,
        _ body: (UnsafePointer<sockaddr>, socklen_t) -> Result
    ) -> Result {
        var storage = sockaddr_storage()
        let length = unsafe withUnsafeMutableBytes(of: &storage) { unsafe fill($0, address, port) }
        return unsafe withUnsafePointer(to: &storage) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { unsafe body($0, length) }
        }
    }

    /// Writes a `sockaddr_in` (16 octets) or `sockaddr_in6` (28 octets) into room for any address.
    private static func fill(
        _ room: UnsafeMutableRawBufferPointer,
        _ address: IPAddress,
        _ port: UInt16
    ) -> socklen_t {
        let isFour = address.family == .inet
        unsafe room.storeBytes(of: sa_family_t(isFour ? AF_INET : AF_INET6), as: sa_family_t.self)
        unsafe room.storeBytes(of: port.bigEndian, toByteOffset: 2, as: UInt16.self)
        for (offset, octet) in address.octets.enumerated() {
            unsafe room.storeBytes(of: octet, toByteOffset: (isFour ? 4 : 8) + offset, as: UInt8.self)
        }
        if !isFour { unsafe room.storeBytes(of: address.zone, toByteOffset: 24, as: UInt32.self) }
        return isFour ? 16 : 28
    }
}
