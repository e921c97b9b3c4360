// SPDX-License-Identifier: Apache-2.0

internal import Glibc
internal import SondeModel

/// Addresses in the system's `sockaddr` forms.
enum RawAddress {
    /// The family of a `sockaddr`: its first two octets.
    static func family(_ raw: UnsafePointer<sockaddr>) -> CInt {
        CInt(unsafe UnsafeRawPointer(raw).load(as: sa_family_t.self))
    }

    /// Reads an IPv4 or IPv6 address; nil for other families.
    static func address(_ raw: UnsafePointer<sockaddr>?) -> IPAddress? {
        guard let raw = unsafe raw else { return nil }
        // The family says how many octets the system has put there: 16 for IPv4, 28 for IPv6.
        switch unsafe family(raw) {
        case AF_INET: return IPAddress(octets: unsafe octets(raw, 4..<8))
        case AF_INET6:
            let zone = unsafe UnsafeRawPointer(raw).load(fromByteOffset: 24, as: UInt32.self)
            return IPAddress(octets: unsafe octets(raw, 8..<24), zone: zone)
        default: return nil
        }
    }

    private static func octets(_ raw: UnsafePointer<sockaddr>, _ range: Range<Int>) -> [UInt8] {
        unsafe Array(UnsafeRawBufferPointer(start: raw, count: range.upperBound)[range])
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
