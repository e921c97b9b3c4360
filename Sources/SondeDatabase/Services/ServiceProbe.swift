// SPDX-License-Identifier: Apache-2.0

package import SondeModel

/// One probe: what to send, where and when, and how its answers are recognised.
package struct ServiceProbe: Sendable {
    /// Most probes whose lines may be tried besides a probe's own.
    package static let mostFallbacks = 17

    /// TCP or UDP.
    package let transport: TransportProtocol
    /// The probe's name, unique within its protocol.
    package let name: String
    /// What is sent; empty for the probe that only listens.
    package let payload: [UInt8]
    /// Whether it may also be sent to find out whether a UDP port is open.
    package let isPayload: Bool
    /// How rarely it is of use, 1 to 9.
    package internal(set) var rarity = 5
    /// How long answers are waited for.
    package internal(set) var totalWait = TimeSpan.milliseconds(5000)
    /// How soon a connection must end, without data, to count as wrapped.
    package internal(set) var wrappedWait = TimeSpan.milliseconds(2000)
    /// Ports whose services the probe is for.
    package internal(set) var ports: [ClosedRange<UInt16>] = []
    /// Ports whose services the probe is for, inside TLS.
    package internal(set) var tunnelPorts: [ClosedRange<UInt16>] = []
    /// Probes whose lines are tried after the probe's own: indices into the file's probes.
    package internal(set) var fallbacks: [Int] = []
    /// How answers are recognised, in order.
    package internal(set) var matches: [ServiceMatch] = []

    /// The fallbacks as written, with their line; until they are resolved.
    var fallbackNames: [String] = []
    var fallbackLine = 0

    /// Makes a probe without lines.
    init(transport: TransportProtocol, name: String, payload: [UInt8], isPayload: Bool) {
        self.transport = transport
        self.name = name
        self.payload = payload
        self.isPayload = isPayload
    }

    /// Whether it sends nothing and only listens.
    package var isNull: Bool { payload.isEmpty }

    /// Whether the probe is registered for a port.
    ///
    /// - Parameters:
    ///   - port: the port's number.
    ///   - isTunnelled: whether the service speaks inside TLS.
    /// - Returns: whether its list has the port.
    package func isMeant(for port: UInt16, isTunnelled: Bool) -> Bool {
        (isTunnelled ? tunnelPorts : ports).contains { $0.contains(port) }
    }
}

/// One line that recognises a service by a pattern.
///
/// Only places in the file are kept: of some twelve thousand lines, a scan needs a handful.
package struct ServiceMatch: Hashable, Sendable {
    /// Whether the line settles no more than the service's name, so that better ones are still sought.
    package let isSoft: Bool
    /// Whether letters match in either case.
    package let ignoresCase: Bool
    /// Whether the dot matches newlines.
    package let dotMatchesNewline: Bool
    /// The line, from 1.
    package let line: Int
    let servicePlace: Range<UInt32>
    let patternPlace: Range<UInt32>
    let fieldsPlace: Range<UInt32>
}
