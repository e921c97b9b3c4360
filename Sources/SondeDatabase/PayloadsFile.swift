// SPDX-License-Identifier: Apache-2.0

internal import SondeModel

/// The payloads file: what to send to a UDP port so that its service answers.
///
/// Reads the format of `nmap-payloads` (spec page `data-files`, section 6).
package struct PayloadsFile: Sendable {
    /// Most payloads that one port gets.
    package static let mostPerPort = 255

    /// Every distinct payload, once.
    private var payloads: [[UInt8]] = []
    private var indicesByPort: [UInt16: [Int]] = [:]
    /// What was wrong with the file; entries that are not named here were taken.
    package private(set) var warnings: [DatabaseError] = []

    /// A file without entries.
    package static let empty = PayloadsFile(parsing: [])

    /// Reads a file.
    ///
    /// An entry with a bad string is left out; a bad list of ports ends the reading. See ``warnings``.
    ///
    /// - Parameters:
    ///   - octets: the file's content.
    ///   - name: its name, for warnings.
    package init(parsing octets: [UInt8], name: String = "nmap-payloads") {
        var tokens = PayloadTokens(octets)
        var known: [[UInt8]: Int] = [:]
        var token = tokens.next()
        while let current = token {
            guard case .symbol("udp") = current else {
                token = tokens.next()
                continue
            }
            let line = tokens.line
            guard case .symbol(let list)? = tokens.next(), let ports = Self.ports(list) else {
                let problem = DatabaseError.Problem.badPortList(tokens.lastSymbol)
                warnings.append(DatabaseError(file: name, line: tokens.line, problem: problem))
                return
            }
            guard let payload = tokens.strings(&token) else {
                warnings.append(DatabaseError(file: name, line: tokens.line, problem: .badString))
                continue
            }
            if known[payload] != nil {
                warnings.append(DatabaseError(file: name, line: line, problem: .duplicatePayload))
            }
            let index = known[payload, default: payloads.count]
            if index == payloads.count { payloads.append(payload) }
            known[payload] = index
            add(index, to: ports)
        }
    }

    /// Takes the probes of service detection that are made for this, as newer trees without a payloads file have them.
    package init(_ probes: ServiceProbesFile) {
        var known: [[UInt8]: Int] = [:]
        for probe in probes.probes
        where probe.transport == .udp && probe.isPayload && !probe.payload.isEmpty {
            let index = known[probe.payload, default: payloads.count]
            if index == payloads.count { payloads.append(probe.payload) }
            known[probe.payload] = index
            add(index, to: probe.ports)
        }
    }

    private mutating func add(_ index: Int, to ports: [ClosedRange<UInt16>]) {
        for port in ports.joined() {
            let count = indicesByPort[port]?.count ?? 0
            if count < Self.mostPerPort { indicesByPort[port, default: []].append(index) }
        }
    }

    private static func ports(_ list: String) -> [ClosedRange<UInt16>]? {
        var ranges: [ClosedRange<UInt16>] = []
        for part in list.split(separator: ",", omittingEmptySubsequences: false) {
            let ends = part.split(separator: "-", maxSplits: 1, omittingEmptySubsequences: false)
            guard let first = ends.first, let last = ends.last, !part.isEmpty,
                let low = first.isEmpty ? 1 : UInt16(first), let high = last.isEmpty ? 65535 : UInt16(last),
                low <= high
            else { return nil }
            ranges.append(low...high)
        }
        return ranges
    }

    /// How many distinct payloads there are.
    package var count: Int { payloads.count }

    /// What to send to a port, in the order of the file; empty if nothing is known.
    package func payloads(for port: UInt16) -> [[UInt8]] {
        (indicesByPort[port] ?? []).map { payloads[$0] }
    }
}
