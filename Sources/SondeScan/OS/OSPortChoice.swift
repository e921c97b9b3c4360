// SPDX-License-Identifier: Apache-2.0

package import SondeModel

/// The ports of one host that OS detection probes; they stay the same in all rounds (spec page
/// `os-detection`, section 1).
package struct OSPortChoice: Hashable, Sendable {
    /// Where probes go.
    package private(set) var probed: OSProbeWriter.Ports
    /// The ports whose states are known.
    package private(set) var known: OSPorts
    /// Whether an open TCP port is there, and one that is closed or at least not filtered.
    package let isGood: Bool

    /// Chooses ports.
    ///
    /// - Parameters:
    ///   - table: what the port scans found.
    ///   - random: decides on ports where none is known to be closed.
    package init(_ table: PortTable, using random: inout some RandomNumberGenerator) {
        let open = Self.openPort(table)
        let closed = Self.lowest(table, .tcp, .closed)
        let unfiltered = Self.lowest(table, .tcp, .unfiltered)
        let closedUDP = Self.lowest(table, .udp, .closed)
        known = OSPorts(openTCP: open, closedTCP: closed, closedUDP: closedUDP)
        probed = OSProbeWriter.Ports(
            open: open,
            closed: closed ?? unfiltered ?? .random(in: 30000...44780, using: &random),
            closedUDP: closedUDP ?? Self.lowest(table, .udp, .unfiltered)
                ?? .random(in: 30000...44780, using: &random)
        )
        isGood = open != nil && (closed ?? unfiltered) != nil
    }

    /// Tells that the UDP port proved to be closed.
    package mutating func confirmClosedUDP() { known.closedUDP = probed.closedUDP }

    /// The lowest port of a state; 0 only if there is no other.
    private static func lowest(
        _ table: PortTable,
        _ transport: TransportProtocol,
        _ state: PortState
    ) -> UInt16? {
        let numbers = table.numbers(of: transport) { $0.state == state }
        return numbers.first { $0 != 0 } ?? numbers.first
    }

    /// The lowest open port whose service did not hang up at once; the last one if all did.
    private static func openPort(_ table: PortTable) -> UInt16? {
        let numbers = table.records { $0.state == .open }.filter {
            $0.port.transport == .tcp && $0.port.number != 0
        }
        let talking = numbers.first { $0.service?.name != "tcpwrapped" }
        return (talking ?? numbers.last)?.port.number ?? lowest(table, .tcp, .open)
    }
}
