// SPDX-License-Identifier: Apache-2.0

package import SondeDatabase

/// What a match line tells of a service.
package struct ServiceFinding: Hashable, Sendable {
    /// The service's name.
    package var name: String
    /// Whether only the name is settled.
    package var isSoft: Bool
    /// The index of the probe whose line matched.
    package var probe: Int
    /// The line.
    package var line: Int
    /// What is known beyond the name: printable texts.
    package var fields: [VersionField: String] = [:]
    /// CPE names by their part (`a`, `h`, `o`).
    package var cpes: [UInt8: String] = [:]

    /// The CPE names in order.
    package var cpeList: [String] { "aho".utf8.compactMap { cpes[$0] } }

    /// Takes one field's value in.
    mutating func set(_ field: VersionField, _ value: [UInt8]) {
        let text = String(
            decoding: value.map { (0x20...0x7E).contains($0) ? $0 : UInt8(ascii: ".") },
            as: UTF8.self
        )
        guard field == .cpe else {
            fields[field] = text
            return
        }
        // The part is the letter behind `cpe:/`.
        guard value.count > 5, "aho".utf8.contains(value[5]) else { return }
        cpes[value[5]] = text
    }

    /// Completes what a hard match left open with what a soft match before it told.
    mutating func complete(with earlier: ServiceFinding) {
        fields.merge(earlier.fields) { own, _ in own }
        cpes.merge(earlier.cpes) { own, _ in own }
    }
}
