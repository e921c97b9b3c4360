// SPDX-License-Identifier: Apache-2.0

package import SondeModel

/// How packets reach a destination.
package struct Route: Hashable, Sendable {
    /// The address the system would send from.
    package let source: IPAddress
    /// The interface packets leave through; nil if the system did not tell.
    package let interfaceIndex: UInt32?
    /// The router packets are handed to; nil if the destination is on the link, or if the system did not tell.
    package let gateway: IPAddress?

    /// Makes a route.
    package init(source: IPAddress, interfaceIndex: UInt32?, gateway: IPAddress?) {
        self.source = source
        self.interfaceIndex = interfaceIndex
        self.gateway = gateway
    }

    /// Whether no router lies before a destination: there is no gateway, or it is the destination or ourselves.
    package func isDirect(to destination: IPAddress) -> Bool {
        guard let gateway else { return true }
        return gateway.withoutZone == destination.withoutZone || gateway.withoutZone == source.withoutZone
    }
}
