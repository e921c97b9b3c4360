// SPDX-License-Identifier: Apache-2.0

package import SondeModel

/// One entry of the system's table of routes.
package struct RouteEntry: Hashable, Sendable {
    /// Where to.
    package let network: IPNetwork
    /// The interface that packets leave through.
    package let interface: String
    /// Routes with lower numbers are preferred.
    package let metric: Int
    /// The router; nothing for networks on the link.
    package let gateway: IPAddress?
}

/// Reads the tables of routes that Linux offers as text.
package enum RouteListing {
    /// All routes, IPv4 first; nothing of a table that cannot be read.
    package static func current() -> [RouteEntry] {
        let ipv4 = (try? FileReader.contents(of: "/proc/net/route")) ?? []
        let ipv6 = (try? FileReader.contents(of: "/proc/net/ipv6_route")) ?? []
        return routes(ipv4: ipv4) + routes(ipv6: ipv6)
    }

    /// Reads the table of IPv4, whose numbers stand in the machine's order of octets.
    static func routes(ipv4 octets: [UInt8]) -> [RouteEntry] {
        lines(octets).dropFirst().compactMap { line in
            let fields = line.split { $0 == " " || $0 == "\t" }
            guard fields.count > 7, let base = UInt32(fields[1], radix: 16),
                let mask = UInt32(fields[7], radix: 16),
                let gateway = UInt32(fields[2], radix: 16), let metric = Int(fields[6]),
                let network = IPNetwork(
                    IPAddress(family: .inet, value: UInt128(UInt32(bigEndian: base))),
                    prefixLength: mask.nonzeroBitCount
                )
            else { return nil }
            let router = IPAddress(family: .inet, value: UInt128(UInt32(bigEndian: gateway)))
            return RouteEntry(
                network: network,
                interface: String(fields[0]),
                metric: metric,
                gateway: gateway == 0 ? nil : router
            )
        }
    }

    /// Reads the table of IPv6.
    static func routes(ipv6 octets: [UInt8]) -> [RouteEntry] {
        lines(octets).compactMap { line in
            let fields = line.split { $0 == " " || $0 == "\t" }
            guard fields.count > 9, let base = UInt128(fields[0], radix: 16),
                let length = Int(fields[1], radix: 16),
                let flags = UInt32(fields[8], radix: 16), flags & rejecting == 0,
                let gateway = UInt128(fields[4], radix: 16), let metric = UInt32(fields[5], radix: 16),
                let network = IPNetwork(IPAddress(family: .inet6, value: base), prefixLength: length)
            else { return nil }
            return RouteEntry(
                network: network,
                interface: String(fields[9]),
                metric: Int(metric),
                gateway: gateway == 0 ? nil : IPAddress(family: .inet6, value: gateway)
            )
        }
    }

    /// The flag of a route that refuses what it matches (`RTF_REJECT` of linux/route.h).
    private static let rejecting: UInt32 = 0x200

    private static func lines(_ octets: [UInt8]) -> [Substring] {
        String(decoding: octets, as: UTF8.self).split(separator: "\n")
    }
}
