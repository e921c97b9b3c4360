// SPDX-License-Identifier: Apache-2.0

@testable import SondeOutput
@testable import SondeText

/// What holds for every report, whatever peers and scripts said.
enum ReportChecks {
    /// Text holds no control characters but line feeds and tabs, not even those of Unicode.
    static func text(_ octets: [UInt8], _ name: String) throws {
        let isRaw = octets.contains { $0 < 32 && $0 != 9 && $0 != 10 || $0 == 0x7F }
        try promise(!isRaw, "\(name) has a control character")
        guard octets.contains(where: { $0 > 0x7F }) else { return }
        guard let text = String(validating: octets, as: UTF8.self) else {
            throw FuzzFinding(description: "\(name) is no UTF-8")
        }
        for scalar in text.unicodeScalars {
            let isControl = (0x7F...0x9F).contains(scalar.value)
            let turns =
                (0x202A...0x202E).contains(scalar.value) || (0x2066...0x2069).contains(scalar.value)
            let shown = String(scalar.value, radix: 16)
            try promise(!isControl && !turns, "\(name) has the control character \(shown)")
        }
    }

    /// XML reads to its end.
    static func reads(_ octets: [UInt8]) throws {
        var reader = XMLReader(octets)
        do throws(TextError) {
            while try reader.next() != nil {}
        } catch {
            throw FuzzFinding(description: "the XML report does not read: \(error)")
        }
    }

    /// XML is well-formed, and each reference stands for a character that XML allows.
    static func xml(_ octets: [UInt8]) throws {
        try reads(octets)
        try text(octets, "the XML report")
        let text = String(decoding: octets, as: UTF8.self)
        for piece in text.split(separator: "&#x").dropFirst() {
            let digits = piece.prefix { $0 != ";" }
            guard let value = UInt32(digits, radix: 16) else { continue }
            let isAllowed =
                [9, 10, 13].contains(value) || (0x20...0xD7FF).contains(value)
                || (0xE000...0xFFFD).contains(value) || (0x10000...0x10FFFF).contains(value)
            try promise(isAllowed, "the XML report refers to character \(digits)")
        }
    }

    /// Each line of JSON Lines reads.
    static func jsonLines(_ octets: [UInt8]) throws {
        for line in octets.split(separator: 10) {
            do throws(TextError) {
                _ = try JSONParser.parse(line)
            } catch {
                throw FuzzFinding(description: "a line of JSON does not read: \(error)")
            }
        }
        try text(octets, "the JSON report")
    }

    /// HTML has no elements but its own: what was said stays inside of the blocks of data.
    static func html(_ octets: [UInt8]) throws {
        try text(octets, "the HTML report")
        let (start, end) = (Array(HTMLReporter.blockStart.utf8), Array("</script>".utf8))
        for line in octets.split(separator: 10) where line.starts(with: start) {
            let block = line.dropFirst(start.count)
            let data = block.prefix { $0 != UInt8(ascii: "<") }
            try promise(
                block.dropFirst(data.count).elementsEqual(end),
                "a block of the HTML report ends early"
            )
            try promise((try? JSONParser.parse(data)) != nil, "a block of the HTML report is no JSON")
        }
    }

    /// A field of CSV stays one field, and is no formula.
    static func field(_ field: String) throws {
        let scalars = field.unicodeScalars
        let isQuoted = scalars.first == "\""
        try promise(
            isQuoted || !scalars.contains { [",", "\"", ";", "\n"].contains($0) },
            "a CSV field parts into two"
        )
        let content = isQuoted ? scalars.dropFirst().first : scalars.first
        try promise(
            !(content.map { "=+-@".unicodeScalars.contains($0) } ?? false),
            "a CSV field is a formula"
        )
        guard isQuoted else { return }
        let inner = String(String.UnicodeScalarView(scalars.dropFirst().dropLast()))
        let pairs = inner.utf8.split(separator: UInt8(ascii: "\""), omittingEmptySubsequences: false).count
        try promise(scalars.last == "\"" && !pairs.isMultiple(of: 2), "a CSV field ends early")
    }
}

/// A report that is kept in memory.
final class FuzzSink: OutputSink {
    private(set) var octets: [UInt8] = []

    func write(_ octets: some Collection<UInt8>) throws(OutputError) { self.octets += octets }

    func flush() throws(OutputError) {}

    func close() throws(OutputError) {}
}
