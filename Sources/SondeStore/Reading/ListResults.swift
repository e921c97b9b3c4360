// SPDX-License-Identifier: Apache-2.0

internal import SondeModel
internal import SondeText

/// Reads lists: masscan's, and one address and port a line.
struct ListResults {
    private var results = ScanResults(.list)
    private var collector = HostCollector()

    /// Reads a file.
    ///
    /// - Throws: ``TextError`` with the line where it is wrong.
    static func read(_ octets: [UInt8]) throws(TextError) -> ScanResults {
        var reader = ListResults()
        var number = 0
        for line in octets.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false) {
            number += 1
            let text = String(decoding: line.prefix { $0 != UInt8(ascii: "#") }, as: UTF8.self)
            let words = text.split { $0.isWhitespace }.map(String.init)
            if !words.isEmpty { try reader.take(words, line: number) }
        }
        reader.results.hosts = reader.collector.hosts
        return reader.results
    }

    private mutating func take(_ words: [String], line: Int) throws(TextError) {
        if words.count >= 4, let state = ["open": PortState.open, "closed": .closed][words[0]] {
            results.format = .masscanList
            guard let transport = TransportProtocol(rawValue: words[1]), let number = UInt16(words[2]),
                let address = IPAddress(words[3])
            else {
                throw TextError(
                    line: line,
                    "'\(words.joined(separator: " ").prefix(80))' is no line of masscan's list"
                )
            }
            let reason: Reason = state == .open ? .synAck : .reset
            let record = PortRecord(port: Port(number, transport), outcome: PortOutcome(state, reason))
            collector.update(address) { $0.add(record) }
            return
        }
        if words.first == "banner", words.count >= 4 { return }
        guard words.count == 1 else {
            throw TextError(line: line, "'\(words.joined(separator: " ").prefix(80))' is no address:port")
        }
        try endpoint(words[0], line)
    }

    /// Takes `192.0.2.1:80`, `[2001:db8::1]:443`, `name:80`, each with `/udp` behind it where that is meant.
    private mutating func endpoint(_ word: String, _ line: Int) throws(TextError) {
        let parts = word.split(separator: "/", maxSplits: 1)
        let transport = parts.count == 2 ? TransportProtocol(rawValue: String(parts[1])) : .tcp
        let place = String(parts.first ?? "")
        guard let transport, let colon = place.lastIndex(of: ":"),
            let number = UInt16(place[place.index(after: colon)...])
        else { throw TextError(line: line, "'\(word.prefix(80))' is no address:port") }
        var name = String(place[..<colon])
        if name.hasPrefix("["), name.hasSuffix("]") { name = String(name.dropFirst().dropLast()) }
        let port = Port(number, transport)
        if let address = IPAddress(name) {
            collector.update(address) { $0.add(PortRecord(open: port)) }
        } else if name.utf8.allSatisfy(Self.isNamePart), !name.isEmpty, name.utf8.count < 254 {
            results.namedPorts[name, default: []].append(port)
        } else {
            throw TextError(line: line, "'\(name.prefix(80))' is neither an address nor a name")
        }
    }

    private static func isNamePart(_ octet: UInt8) -> Bool {
        switch octet {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"),
            0x80...:
            true
        default: false
        }
    }
}
