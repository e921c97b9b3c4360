// SPDX-License-Identifier: Apache-2.0

/// What is known of the service behind a port.
public struct ServiceInfo: Hashable, Sendable {
    /// How the name was found.
    public enum Method: String, Hashable, Sendable {
        /// Looked up by port number.
        case table
        /// Found by asking the service.
        case probed
    }

    /// What the service is wrapped in.
    public enum Tunnel: String, Hashable, Sendable {
        /// Nothing.
        case none
        /// TLS.
        case ssl
    }

    /// The service's name, as `http`; nothing if not known.
    public var name: String?
    /// How sure the name is, 0 to 10.
    public var confidence = 3
    /// How the name was found.
    public var method = Method.table
    /// What the service is wrapped in.
    public var tunnel = Tunnel.none
    /// The product, as `nginx`.
    public var product: String?
    /// The product's version.
    public var version: String?
    /// More words about it.
    public var extraInfo: String?
    /// The name that the service gives its host.
    public var hostname: String?
    /// The operating system that the service names.
    public var osType: String?
    /// The kind of device.
    public var deviceType: String?
    /// What the service said, for services that nothing matched.
    public var fingerprint: String?
    /// Common Platform Enumeration names, as `cpe:/a:igor_sysoev:nginx`.
    public var cpes: [String] = []

    /// Makes a record that knows no more than a name.
    public init(name: String? = nil) { self.name = name }
}
