// SPDX-License-Identifier: Apache-2.0

package import SondeModel

/// How packets leave for a destination, and what is known of the way.
package struct NetworkPath: Hashable, Sendable {
    /// The interface they leave through; for this host's own addresses the loopback.
    package let interface: Interface
    /// The address they come from.
    package let source: IPAddress
    /// The router they are handed to; nothing if the destination is on the link or this host.
    package let gateway: IPAddress?
    /// Whether the destination is this host.
    package let isLocal: Bool

    /// Makes a path.
    package init(interface: Interface, source: IPAddress, gateway: IPAddress?, isLocal: Bool) {
        self.interface = interface
        self.source = source
        self.gateway = gateway
        self.isLocal = isLocal
    }

    /// Whether no router lies before the destination.
    package var isDirect: Bool { gateway == nil }
    /// The largest packet of the interface, in octets; 0 if unknown.
    package var maximumPacketSize: Int { interface.maximumPacketSize }
    /// Our link-layer address towards the destination, on Ethernet.
    package var sourceMAC: MACAddress? { interface.hardwareAddress }
    /// Whether frames on the way have Ethernet headers with addresses to find.
    package var needsFrames: Bool { interface.linkKind == .ethernet && interface.hardwareAddress != nil }

    /// Who frames for a destination on this path are sent to.
    package func nextHop(to destination: IPAddress) -> IPAddress { gateway ?? destination }
}

/// What the user said about the way packets leave (`-e`, `-S`).
package struct PathOptions: Hashable, Sendable {
    /// The name of the interface to use.
    package var interface: String?
    /// The address to send from.
    package var source: IPAddress?

    /// Makes options.
    package init(interface: String? = nil, source: IPAddress? = nil) {
        self.interface = interface
        self.source = source
    }
}
