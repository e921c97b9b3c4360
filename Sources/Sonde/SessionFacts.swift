// SPDX-License-Identifier: Apache-2.0

internal import SondeModel
internal import SondeScan
internal import SondeScript

/// What the script engine may ask of the scan.
final class SessionFacts: ScriptFacts {
    private let files: DataFiles
    /// Takes a target that a script found; answers whether it is accepted.
    var onTarget: (String) -> Bool = { _ in false }
    /// Names of ports that are known better than by the data files (the demo's services).
    var knownNames: [Port: String] = [:]

    /// Ports that service detection leaves alone.
    var excludedPorts: [TransportProtocol: PortSet] = [:]

    init(_ files: DataFiles) { self.files = files }

    func serviceName(of port: Port) -> String? { knownNames[port] ?? files.serviceName(of: port) }

    func isExcluded(_ port: Port) -> Bool {
        excludedPorts[port.transport]?.contains(port.number) ?? false
    }

    func add(target: String) -> Bool { onTarget(target) }
}
