// SPDX-License-Identifier: Apache-2.0

package import SondeModel

/// Why a target, an exclusion or a line of a target file makes no sense.
package struct TargetError: Error, Hashable, Sendable {
    /// What is wrong.
    package enum Problem: Hashable, Sendable {
        /// Nothing is there.
        case empty
        /// Only a dash is there.
        case bareDash
        /// Text of digits and dots that is no address.
        case badAddress
        /// An octet, or a range of them, that is above 255, backwards or malformed.
        case badOctet(String)
        /// Text behind the slash that is no number.
        case badPrefix(String)
        /// A prefix length that does not fit the family.
        case prefixTooLong(Int, AddressFamily)
        /// An IPv6 address where IPv4 is scanned.
        case needsIPv6
        /// An IPv4 address where IPv6 is scanned.
        case needsIPv4
        /// Text with colons that is no IPv6 address.
        case badIPv6Address
        /// A zone that names no interface.
        case unknownZone(String)
        /// Text that can be no host name.
        case badName
        /// A name that does not resolve.
        case unresolved
        /// A name that resolves to addresses of the other family only.
        case otherFamily(AddressFamily)
        /// A word of a target file that is too long to be a target.
        case wordTooLong(line: Int)
    }

    /// The offending text, as typed.
    package let text: String
    /// What is wrong with it.
    package let problem: Problem

    /// Makes an error.
    package init(_ text: String, _ problem: Problem) {
        self.text = text
        self.problem = problem
    }
}

extension TargetError: CustomStringConvertible {
    /// `target "text": what is wrong; what would be right`.
    package var description: String { "target \"\(text)\": \(problem)" }
}

extension TargetError.Problem: CustomStringConvertible {
    /// What is wrong, and what would be right.
    package var description: String {
        switch self {
        case .empty: "is empty; give an address, a network, a range or a host name"
        case .bareDash: "is a bare dash; was a blank put between two dashes?"
        case .badAddress:
            "is not an IPv4 address; write four numbers, as 192.0.2.1, and separate targets by blanks"
        case .badOctet(let part): "\"\(part)\" is not an octet; use numbers from 0 to 255 or ranges like 3-9"
        case .badPrefix(let part): "\"\(part)\" is not a prefix length; write a number, as 192.0.2.0/24"
        case .prefixTooLong(let length, let family):
            "prefix length \(length) is too long; use 0 to \(family.bitCount)"
        case .needsIPv6: "is an IPv6 address; add -6 to scan IPv6"
        case .needsIPv4: "is an IPv4 address; leave out -6 to scan IPv4"
        case .badIPv6Address:
            "is not an IPv6 address; write it as 2001:db8::1, fe80::1%eth0 or 2001:db8::/120"
        case .unknownZone(let zone): "there is no interface \"\(zone)\""
        case .badName: "is neither an address nor a host name"
        case .unresolved: "the name does not resolve"
        case .otherFamily(.inet): "the name resolves, but only to IPv4 addresses; leave out -6"
        case .otherFamily(.inet6): "the name resolves, but only to IPv6 addresses; add -6"
        case .wordTooLong(let line): "line \(line) has a word that is too long for a target"
        }
    }
}

/// What a person should know about a target that is scanned nevertheless.
package enum TargetWarning: Hashable, Sendable {
    /// A name has several addresses, and only one is scanned.
    case severalAddresses(name: String, count: Int, used: IPAddress)
}

extension TargetWarning: CustomStringConvertible {
    /// The warning in words.
    package var description: String {
        switch self {
        case .severalAddresses(let name, let count, let used):
            "host name \(name) resolves to \(count) addresses; using \(used)"
        }
    }
}
