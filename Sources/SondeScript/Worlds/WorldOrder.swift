// SPDX-License-Identifier: Apache-2.0

internal import SondeModel

/// One script instance that another world is to run: everything it may know.
struct WorldOrder: Sendable {
    /// Tells it from other orders.
    let number: Int
    /// Where the script is, and its text if it is built in.
    let path: String
    let embedded: [UInt8]?
    let isByName: Bool
    let isNamed: Bool
    let isForced: Bool
    /// The rule and the port that it runs for.
    let kind: ScriptRule
    let port: Port?
    /// The host as known now.
    let host: Host
    let hostNumber: Int
    /// The name that the data files give the port.
    let serviceName: String?
}

/// What became of an order.
struct WorldOutcome: Sendable {
    /// The order's number.
    let number: Int
    /// The record with the result; nothing if the instance must run in the scan's own world after all.
    let record: ScriptRecord?
}

/// What a world that is not the scan's own can tell scripts of the scanner.
final class AwayFacts: ScriptFacts {
    /// Names of the ports of orders.
    var serviceNames: [Port: String] = [:]

    func serviceName(of port: Port) -> String? { serviceNames[port] }

    func isExcluded(_ port: Port) -> Bool { false }

    func add(target: String) -> Bool { false }
}
