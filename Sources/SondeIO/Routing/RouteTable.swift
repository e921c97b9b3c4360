// SPDX-License-Identifier: Apache-2.0

internal import CSystemShim
internal import Glibc
package import SondeModel

/// Asks the system how packets reach a destination.
///
/// No packet is sent.
package struct RouteTable: Sendable {
    /// The interfaces as they were when this was made.
    package let interfaces: [Interface]

    /// Makes a table over a list of interfaces.
    package init(interfaces: [Interface]) { self.interfaces = interfaces }

    /// The route to a destination.
    ///
    /// The routing socket is asked first; where that is not allowed, connecting a UDP socket tells the source
    /// address, and with it the interface.
    ///
    /// - Parameters:
    ///   - destination: the destination.
    ///   - interface: the index of the interface it must lead through; nothing for any.
    /// - Returns: the route.
    /// - Throws: `ENETUNREACH` and the like if there is no route.
    package func route(
        to destination: IPAddress,
        through interface: UInt32? = nil
    ) throws(SystemError) -> Route {
        do {
            return try RouteQuery.ask(destination, through: interface)
        } catch  where RouteQuery.isAnswer(error) {
            throw error
        } catch {
            let source = try sourceByConnecting(to: destination)
            return Route(source: source, interfaceIndex: self.interface(with: source)?.index, gateway: nil)
        }
    }

    /// The interface that owns an address.
    package func interface(with address: IPAddress) -> Interface? {
        interfaces.first { $0.addresses.contains { $0.address.withoutZone == address.withoutZone } }
    }

    /// The interface of an index; not an alias.
    package func interface(index: UInt32) -> Interface? {
        interfaces.first { $0.index == index && $0.name == $0.shortName }
    }

    /// Whether an address is this host: loopback, unspecified, or an address of one of its interfaces.
    package func isLocalHost(_ address: IPAddress) -> Bool {
        address.isLoopback || address.isUnspecified || interface(with: address) != nil
    }

    private func sourceByConnecting(to destination: IPAddress) throws(SystemError) -> IPAddress {
        let descriptor = sonde_socket(destination.family.digit, false)
        guard descriptor >= 0 else { throw SystemError(number: errno, call: "socket") }
        defer { close(descriptor) }
        var raw = SocketAddress(destination, port: 9).raw
        guard unsafe sonde_connect(descriptor, &raw) == 0 else {
            throw SystemError(number: errno, call: "connect")
        }
        guard unsafe sonde_local_address(descriptor, &raw) == 0, let own = SocketAddress(raw) else {
            throw SystemError(number: errno, call: "getsockname")
        }
        return own.address
    }
}
