// SPDX-License-Identifier: Apache-2.0

internal import SondeModel

extension XMLReporter {
    /// Writes what was found out about a host's operating system, if it was looked for.
    func operatingSystem(_ host: Host, _ writer: inout XMLWriter) {
        if let text = OSText(host, options) {
            writer.open("os")
            usedPorts(text.result.ports, &writer)
            for match in text.listed { self.match(match, &writer) }
            if let fingerprint = text.fingerprint {
                writer.empty("osfingerprint", [("fingerprint", printable(fingerprint, keeping: .lineFeed))])
                writer.newline()
            }
            writer.close()
            writer.newline()
            if let boot = text.result.sequence.lastBoot, let uptime = text.uptime {
                writer.empty("uptime", [("seconds", "\(uptime)"), ("lastboot", LocalTime(boot).long)])
                writer.newline()
            }
            if let distance = host.distance {
                writer.empty("distance", [("value", "\(distance.hops)")])
                writer.newline()
            }
            sequences(text.result.sequence, &writer)
        }
    }

    private func usedPorts(_ ports: OSPorts, _ writer: inout XMLWriter) {
        let used = [
            ("open", "tcp", ports.openTCP), ("closed", "tcp", ports.closedTCP),
            ("closed", "udp", ports.closedUDP),
        ]
        for (state, transport, number) in used {
            guard let number else { continue }
            writer.empty("portused", [("state", state), ("proto", transport), ("portid", "\(number)")])
            writer.newline()
        }
    }

    private func match(_ match: OSMatch, _ writer: inout XMLWriter) {
        let accuracy = "\(match.percent)"
        writer.open(
            "osmatch",
            [("name", printable(match.name)), ("accuracy", accuracy), ("line", "\(match.line)")]
        )
        writer.newline()
        for kind in match.classes {
            let attributes = [
                ("type", printable(kind.type)), ("vendor", printable(kind.vendor)),
                ("osfamily", printable(kind.family)), ("osgen", kind.generation.map { printable($0) }),
                ("accuracy", accuracy),
            ]
            if kind.cpes.isEmpty {
                writer.empty("osclass", attributes)
            } else {
                writer.open("osclass", attributes)
                for cpe in kind.cpes { writer.element("cpe", text: printable(cpe)) }
                writer.close()
            }
            writer.newline()
        }
        writer.close()
        writer.newline()
    }

    private func sequences(_ sequence: OSSequence, _ writer: inout XMLWriter) {
        let list = { (numbers: [UInt32]) in
            numbers.map { String($0, radix: 16, uppercase: true) }.joined(separator: ",")
        }
        if let difficulty = sequence.difficulty {
            writer.empty(
                "tcpsequence",
                [
                    ("index", "\(difficulty)"), ("difficulty", OSSequence.word(forDifficulty: difficulty)),
                    ("values", list(sequence.numbers)),
                ]
            )
            writer.newline()
        }
        if let words = sequence.identifierClass {
            writer.empty(
                "ipidsequence",
                [("class", words), ("values", list(sequence.identifiers.map { UInt32($0) }))]
            )
            writer.newline()
        }
        if let words = sequence.timestampClass {
            let values = sequence.timestamps.isEmpty ? nil : list(sequence.timestamps)
            writer.empty("tcptssequence", [("class", words), ("values", values)])
            writer.newline()
        }
    }
}
