// SPDX-License-Identifier: Apache-2.0

package import SondeModel

/// The services file: names of ports, and how often each is found open.
///
/// Reads the format of `nmap-services` and of `/etc/services` (spec page `data-files`, section 2). Names
/// stay octets of the file until somebody asks for one.
package struct ServicesFile: Sendable {
    private let octets: [UInt8]
    private var tcp = ServiceColumn()
    private var udp = ServiceColumn()
    private var sctp = ServiceColumn()
    /// Whether any entry says how often its port is found open.
    package private(set) var hasRatios = false

    /// A file without entries.
    package static let empty = ServicesFile()

    private init() { octets = [] }

    /// Reads a file.
    ///
    /// Lines that are no entries are skipped, and so are protocols without ports. The first entry of a port
    /// wins.
    ///
    /// - Parameters:
    ///   - octets: the file's content.
    ///   - name: its name, for errors.
    /// - Throws: if a ratio is negative, above one, or divides by zero.
    package init(parsing octets: [UInt8], name: String = "nmap-services") throws(DatabaseError) {
        guard octets.count < Int(UInt32.max) else {
            throw DatabaseError(file: name, line: 0, problem: .fileTooLarge)
        }
        self.octets = octets
        var scanner = LineScanner(octets)
        while scanner.nextLine() { try readEntry(&scanner, file: name) }
        tcp.finish()
        udp.finish()
        sctp.finish()
    }

    @inline(__always)
    private mutating func readEntry(_ scanner: inout LineScanner, file: String) throws(DatabaseError) {
        scanner.skipBlanks()
        guard let first = scanner.next, first != Octet.hash else { return }
        let name = scanner.field()
        guard name.count < 128, let port = scanner.number(upTo: 65535), scanner.skip(UInt8(ascii: "/")),
            let transport = transport(scanner.field())
        else { return }
        var ratio = 0.0
        scanner.skipBlanks()
        if let next = scanner.next, Octet.isDigit(next) || next == UInt8(ascii: "-") {
            ratio = try readRatio(scanner.field(), file: file, line: scanner.line)
        }
        let entry = ServiceColumn.Entry(port: UInt16(port), name: name, ratio: ratio)
        switch transport {
        case .tcp: tcp.add(entry)
        case .udp: udp.add(entry)
        case .sctp: sctp.add(entry)
        case .ip: return
        }
    }

    @inline(__always)
    private func transport(_ range: Range<Int>) -> TransportProtocol? {
        var letters: UInt32 = 0
        guard range.count == 3 || range.count == 4 else { return nil }
        for index in range { letters = letters << 8 | UInt32(octets[index] | 32) }
        switch letters {
        case 0x74_6370: return .tcp
        case 0x75_6470: return .udp
        case 0x7363_7470: return .sctp
        default: return nil
        }
    }

    /// Reads `0.…` or `n/m`; anything else is an alias or a remark and counts as no ratio.
    private mutating func readRatio(
        _ range: Range<Int>,
        file: String,
        line: Int
    ) throws(DatabaseError) -> Double {
        let field = octets[range]
        if let decimal = ServiceRatio.decimal(field) {
            hasRatios = true
            return decimal
        }
        guard range.count < 32, let (part, whole) = ServiceRatio.fraction(field) else { return 0 }
        let text = String(decoding: field, as: UTF8.self)
        func error(_ problem: DatabaseError.Problem) -> DatabaseError {
            DatabaseError(file: file, line: line, problem: problem)
        }
        if part < 0 || whole < 0 { throw error(.negativeRatio(text)) }
        if whole == 0 { throw error(.zeroDenominator(text)) }
        if part > whole { throw error(.ratioAboveOne(text)) }
        hasRatios = true
        return Double(part) / Double(whole)
    }
}

extension ServicesFile {
    private func column(_ transport: TransportProtocol) -> ServiceColumn? {
        switch transport {
        case .tcp: tcp
        case .udp: udp
        case .sctp: sctp
        case .ip: nil
        }
    }

    /// The name of a port, which may be the word `unknown`; nothing if it is not listed.
    ///
    /// Complexity: O(log *n*).
    package func name(of port: Port) -> String? {
        guard let column = column(port.transport), let index = column.index(of: port.number) else {
            return nil
        }
        return String(decoding: octets[column.nameRange(index)], as: UTF8.self)
    }

    /// Whether a port is listed.
    package func contains(_ port: Port) -> Bool {
        column(port.transport)?.contains(port.number) ?? false
    }

    /// How often a port is found open, 0 to 1; nothing if it is not listed.
    ///
    /// Complexity: O(log *n*).
    package func ratio(of port: Port) -> Double? {
        guard let column = column(port.transport), let index = column.index(of: port.number) else {
            return nil
        }
        return column.ratios[index]
    }

    /// All listed ports of a protocol, ascending.
    package func ports(_ transport: TransportProtocol) -> [UInt16] {
        column(transport)?.ascendingPorts ?? []
    }

    /// The listed ports whose name matches, ascending; those without a name are called `unknown`.
    ///
    /// Complexity: O(*n*).
    package func ports(_ transport: TransportProtocol, named mask: NameMask) -> [UInt16] {
        guard let column = column(transport) else { return [] }
        let found = column.ports.indices.filter { mask.matches(octets[column.nameRange($0)]) }
        return found.map { column.ports[$0] }.sorted()
    }

    /// The ports that are most often found open, ascending.
    ///
    /// Equally frequent ports are taken in the order of the file.
    ///
    /// Complexity: O(*n*) on average.
    ///
    /// - Parameters:
    ///   - count: how many ports at most.
    ///   - transport: their protocol.
    ///   - allowed: which ports may be taken.
    /// - Returns: the numbers.
    package func mostFrequent(
        _ count: Int,
        _ transport: TransportProtocol,
        where allowed: (UInt16) -> Bool = { _ in true }
    ) -> [UInt16] {
        column(transport)?.mostFrequent(count, where: allowed).sorted() ?? []
    }

    /// The ports that are found open at least so often, ascending.
    ///
    /// Complexity: O(*n*).
    ///
    /// - Parameters:
    ///   - transport: their protocol.
    ///   - ratio: the least ratio, 0 to 1.
    /// - Returns: the numbers.
    package func ports(_ transport: TransportProtocol, ratioAtLeast ratio: Double) -> [UInt16] {
        guard let column = column(transport) else { return [] }
        return zip(column.ports, column.ratios).compactMap { $1 >= ratio ? $0 : nil }.sorted()
    }
}
