// SPDX-License-Identifier: Apache-2.0

package import SondeModel

/// One on whose behalf something passes the gate, and who may not go wherever the scanner may: a script.
///
/// What has no client passes for the scanner itself, which goes only where the user sent it.
package protocol GateClient: AnyObject {
    /// Whether it may talk to an address.
    func mayReach(_ address: SocketAddress) -> Bool
    /// Whether it may send packets that do not say where they go.
    var isUnlimited: Bool { get }
    /// Whether it may send frames that cannot leave their link.
    var mayUseLinks: Bool { get }
    /// When it may next begin something with a host; nothing for at once.
    ///
    /// A place is taken by asking, if it is free.
    func takeTurn(with host: IPAddress, now: Instant) -> Instant?
    /// It was refused an address.
    ///
    /// - Parameters:
    ///   - address: the address.
    ///   - isExcluded: whether the user excluded it, so that nothing opens it.
    func wasDenied(_ address: SocketAddress, isExcluded: Bool)
    /// A packet or frame was refused that names no address.
    func wasDeniedPacket()
}
