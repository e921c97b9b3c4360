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
}
