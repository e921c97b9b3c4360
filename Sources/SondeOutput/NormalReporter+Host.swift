// SPDX-License-Identifier: Apache-2.0

internal import SondeModel

extension NormalReporter {
    /// Writes the report of one host, if it is to be mentioned.
    func report(_ host: Host) throws(OutputError) {
        guard options.shows(host) else { return }
        let title = printable(host.title)
        switch host.state {
        case .down:
            let reason = options.showsReason ? ", received \(received(host))" : ""
            try sink.line("Nmap scan report for \(title) [host down\(reason)]")
        case .unknown:
            try sink.line("Nmap scan report for \(title)")
            try sink.lines(otherNames(host))
        case .up:
            try sink.line("Nmap scan report for \(title)")
            try sink.lines(upLines(host))
            if host.timedOut {
                try sink.line("Skipping host \(title) due to host timeout")
                guard !host.ports.isEmpty else { return }
                try sink.line("Found until then:")
            }
            try body(host, title: title)
        }
    }

    private func received(_ host: Host) -> String {
        printable(host.reason.rawValue) + (host.reasonTTL > 0 ? " ttl \(host.reasonTTL)" : "")
    }

    private func upLines(_ host: Host) -> [String] {
        var line = "Host is up"
        if options.showsReason { line += ", received \(received(host))" }
        if let times = host.times, times.smoothed >= 0 {
            line += " (\(NumberText.latency(microseconds: times.smoothed))s latency)"
        }
        var lines = [line + "."] + otherNames(host)
        if options.verbosity > 1 || options.debugging > 0, let started = host.started {
            let length = LocalTime.whole(host.ended ?? started) - LocalTime.whole(started)
            lines.append("Scanned at \(LocalTime(started).dateAndSecond) for \(max(length, 0))s")
        }
        return lines
    }

    /// The addresses and the name that the title does not tell.
    private func otherNames(_ host: Host) -> [String] {
        guard let typed = host.targetName, !typed.isEmpty else { return [] }
        var lines: [String] = []
        if !host.otherAddresses.isEmpty {
            let list = host.otherAddresses.map(\.description).joined(separator: " ")
            lines.append("Other addresses for \(printable(typed)) (not scanned): \(list)")
        }
        if let name = host.name, !name.isEmpty, name.lowercased() != typed.lowercased() {
            lines.append("rDNS record for \(host.address): \(printable(name))")
        }
        return lines
    }

    private func body(_ host: Host, title: String) throws(OutputError) {
        let ignored = IgnoredPorts(host.ports, options)
        let shown = host.ports.records { !ignored.contains($0.state) }
        let scripts = options.shown(host.scripts)
        if !host.ports.isEmpty {
            try portHead(host, title: title, ignored: ignored, isEmpty: shown.isEmpty)
            try portTable(shown)
            try sink.lines(ServiceText.unrecognized(shown))
        }
        if let address = host.macAddress {
            try sink.line("MAC Address: \(address) (\(printable(host.macVendor ?? "Unknown")))")
        }
        let system = OSText(host, options)?.lines ?? []
        try sink.lines(system)
        if let info = ServiceText.info(shown, hostName: host.name) { try sink.line(info) }
        if !scripts.isEmpty {
            try sink.line()
            try sink.line("Host script results:")
            for result in scripts { try script(result) }
        }
        let trace = TraceText.lines(host)
        try sink.lines(trace)
        let isEmpty = host.ports.isEmpty && scripts.isEmpty && system.isEmpty && trace.isEmpty
        if !isEmpty || options.expectsBody { try sink.line() }
    }

    /// The lines before the table: an empty one, or what is not in the table.
    private func portHead(
        _ host: Host,
        title: String,
        ignored: IgnoredPorts,
        isEmpty: Bool
    ) throws(OutputError) {
        if isEmpty {
            try sink.line("All \(host.ports.count) scanned ports on \(title) are in ignored states.")
        }
        guard !ignored.groups.isEmpty else {
            try sink.line()
            return
        }
        let shares = ignored.groups.flatMap { group in
            group.shares.map { share in
                let ports = "\(share.transport.rawValue) \(share.count == 1 ? "port" : "ports")"
                return "\(share.count) \(group.state.rawValue) \(ports) (\(printable(share.reason.rawValue)))"
            }
        }
        try sink.line("Not shown: " + shares.joined(separator: ", "))
    }

    private func portTable(_ records: [PortRecord]) throws(OutputError) {
        guard let first = records.first else { return }
        var table = TextTable()
        var head = [first.port.transport == .ip ? "PROTOCOL" : "PORT", "STATE", "SERVICE"]
        if options.showsReason { head.append("REASON") }
        if options.versionRequested { head.append("VERSION") }
        table.addRow(head)
        for record in records {
            table.addRow(cells(record))
            guard options.scriptsRequested else { continue }
            for result in options.shown(record.scripts) {
                let lines = ScriptText.lines(result)
                if lines.isEmpty { try complain(ScriptText.complaint(result)) }
                for line in lines { table.addLine(line) }
            }
        }
        try sink.lines(table.text)
    }

    private func cells(_ record: PortRecord) -> [String] {
        let port = record.port.transport == .ip ? "\(record.port.number)" : record.port.description
        var cells = [port, record.outcome.state.rawValue, ServiceText.name(record, options)]
        if options.showsReason {
            var reason = printable(record.outcome.reason.rawValue)
            if record.outcome.ttl > 0 { reason += " ttl \(record.outcome.ttl)" }
            if let source = record.outcome.source { reason = "\(reason) from \(source)" }
            cells.append(reason)
        }
        if options.versionRequested { cells.append(ServiceText.version(record.service)) }
        return cells
    }
}
