// SPDX-License-Identifier: Apache-2.0

internal import Glibc
package import SondeModel

/// The numeric texts the system resolver takes for addresses.
package enum NumericAddress {
    /// Reads an address, also in the old forms of `inet_aton(3)` (`127.1`, `0x7f000001`) and with the name of an
    /// interface as its zone (`fe80::1%eth0`); nil for anything else.
    package static func parse(_ text: String) -> IPAddress? {
        if let address = IPAddress(text) { return address }
        if text.utf8.contains(UInt8(ascii: "%")) { return withNamedZone(text) }
        return oldForm(text)
    }

    private static func oldForm(_ text: String) -> IPAddress? {
        let digits = Set("0123456789abcdefABCDEFxX.".utf8)
        guard let first = text.utf8.first, (48...57).contains(first), text.utf8.allSatisfy(digits.contains)
        else {
            return nil
        }
        // A `struct in_addr` is one number in network order.
        var number: UInt32 = 0
        let isRead = unsafe withUnsafeMutablePointer(to: &number) { start in
            unsafe start.withMemoryRebound(to: in_addr.self, capacity: 1) { unsafe inet_aton(text, $0) != 0 }
        }
        return isRead ? IPAddress(family: .inet, value: UInt128(UInt32(bigEndian: number))) : nil
    }

    private static func withNamedZone(_ text: String) -> IPAddress? {
        let parts = text.split(separator: "%", maxSplits: 1, omittingEmptySubsequences: false)
        guard parts.count == 2, let address = IPAddress(parsing: parts[0]), address.family == .inet6 else {
            return nil
        }
        let index = unsafe if_nametoindex(String(parts[1]))
        return index == 0 ? nil : IPAddress(family: .inet6, value: address.value, zone: index)
    }
}
