// SPDX-License-Identifier: Apache-2.0

package import SondeModel

/// The order in which the ports of a host are probed (spec page `port-scanning`, section 3).
package enum ProbeOrder {
    /// The TCP ports that are probed first, for they are the likeliest to answer.
    private static let popular = PortSet([
        80, 23, 443, 21, 22, 25, 3389, 110, 445, 139, 143, 53, 135, 3306, 8080, 1723, 111, 995, 993, 5900,
        1025,
        587, 8888, 199, 1720, 113, 554, 256,
    ])

    /// Shuffles ports; the popular TCP ports go to the front, in the order the shuffle gave them.
    ///
    /// - Parameters:
    ///   - ports: the ports.
    ///   - transport: their protocol.
    ///   - random: where chance comes from.
    /// - Returns: the same ports in another order.
    package static func shuffled(
        _ ports: [UInt16],
        _ transport: TransportProtocol,
        using random: inout some RandomNumberGenerator
    ) -> [UInt16] {
        var order = ports
        // The library's shuffle is ten times slower with a generator it cannot see, and may change what a seed gives.
        for last in stride(from: order.count - 1, to: 0, by: -1) {
            let place = random.next().multipliedFullWidth(by: UInt64(last + 1)).high
            order.swapAt(last, Int(truncatingIfNeeded: place))
        }
        guard transport == .tcp else { return order }
        var front = 0
        for index in order.indices where popular.contains(order[index]) {
            order.swapAt(front, index)
            front += 1
        }
        return order
    }
}
