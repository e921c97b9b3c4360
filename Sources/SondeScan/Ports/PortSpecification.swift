// SPDX-License-Identifier: Apache-2.0

package import SondeDatabase
package import SondeModel

/// Where names of ports and protocols come from.
///
/// The files are asked for only when a list has names or brackets: `-p 80` reads none.
package struct PortNames {
    /// Gives the services file.
    package let services: () throws(DatabaseError) -> ServicesFile
    /// Gives the protocols file.
    package let protocols: () throws(DatabaseError) -> ProtocolsFile

    /// Makes a source of names.
    package init(
        services: @escaping () throws(DatabaseError) -> ServicesFile,
        protocols: @escaping () throws(DatabaseError) -> ProtocolsFile
    ) {
        self.services = services
        self.protocols = protocols
    }
}

/// A list of ports as typed behind `-p` or `--exclude-ports` (spec page `cli`, section 5).
package struct PortSpecification: Sendable {
    private let sets: [TransportProtocol: PortSet]
    /// The list as typed.
    package let text: String
    /// What a person should know.
    package let warnings: [PortSpecificationWarning]

    /// Reads a list.
    ///
    /// - Parameters:
    ///   - text: the list.
    ///   - transports: the protocols that are scanned; items without a prefix apply to all of these.
    ///   - names: where names come from.
    /// - Throws: for the first item that makes no sense.
    package init(
        parsing text: String,
        for transports: Set<TransportProtocol>,
        names: PortNames
    ) throws(PortSpecificationError) {
        var parser = PortListParser(text, transports: transports, names: names, allowsPrefixes: true)
        try parser.parse()
        self.text = text
        sets = parser.sets.filter { transports.contains($0.key) }
        let unscanned = parser.prefixes.subtracting(transports).sorted()
        warnings =
            unscanned.map { .protocolNotScanned($0) } + (parser.hasDuplicates ? [.duplicates] : [])
    }

    /// Reads a list of one protocol, in which prefixes are not recognised (`-PS`, `-PA`, `-PU`, `-PY`, `-PO`).
    ///
    /// - Throws: for the first item that makes no sense, and for an empty list.
    package init(
        list text: String,
        transport: TransportProtocol,
        names: PortNames
    ) throws(PortSpecificationError) {
        var parser = PortListParser(text, transports: [transport], names: names, allowsPrefixes: false)
        try parser.parse()
        self.text = text
        sets = parser.sets
        warnings = parser.hasDuplicates ? [.duplicates] : []
    }

    /// The ports of a protocol, as a set.
    package func set(_ transport: TransportProtocol) -> PortSet { sets[transport] ?? PortSet() }

    /// The ports of a protocol, ascending.
    package func ports(_ transport: TransportProtocol) -> [UInt16] { set(transport).numbers }
}
