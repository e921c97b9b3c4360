// SPDX-License-Identifier: Apache-2.0

internal import SondeModel

extension XMLReporter {
    /// Tables in tables that are written; scripts nest three or four.
    private static let deepestTable = 200

    /// Writes the element of one host.
    func report(_ host: Host, _ writer: inout XMLWriter) {
        writer.open(
            "host",
            [
                ("starttime", host.started.map(Self.seconds)),
                ("endtime", host.started.map { Self.seconds(host.ended ?? $0) }),
                ("timedout", host.timedOut ? "true" : nil),
            ]
        )
        writer.empty(
            "status",
            [
                ("state", host.state.rawValue), ("reason", printable(host.reason.rawValue)),
                ("reason_ttl", "\(host.reasonTTL)"),
            ]
        )
        writer.newline()
        names(host, &writer)
        ports(host, &writer)
        operatingSystem(host, &writer)
        scripts(host.scripts, in: "hostscript", options, &writer)
        trace(host, &writer)
        if host.state == .up, let times = host.times, times.smoothed >= 0 {
            writer.empty(
                "times",
                [
                    ("srtt", "\(times.smoothed)"), ("rttvar", "\(times.variance)"),
                    ("to", "\(times.timeout)"),
                ]
            )
            writer.newline()
        }
        writer.close()
        writer.newline()
    }

    /// Writes what is known of a host whose ports are scanned next.
    func hint(_ host: Host, _ writer: inout XMLWriter) {
        writer.open("hosthint")
        writer.empty(
            "status",
            [
                ("state", host.state.rawValue), ("reason", printable(host.reason.rawValue)),
                ("reason_ttl", "\(host.reasonTTL)"),
            ]
        )
        writer.newline()
        names(host, &writer)
        writer.close()
        writer.newline()
    }

    /// Writes the stations on the way; those that did not answer are left out.
    private func trace(_ host: Host, _ writer: inout XMLWriter) {
        guard !host.hops.isEmpty else { return }
        var attributes: [(String, String?)] = []
        switch host.traceProbe {
        case .port(let port):
            attributes = [("port", "\(port.number)"), ("proto", port.transport.rawValue)]
        case .ipProtocol(_, let name): attributes = [("proto", name)]
        case nil, TraceProbe.none?: break
        }
        writer.open("trace", attributes)
        writer.newline()
        for hop in host.hops {
            guard let address = hop.address else { continue }
            let name = hop.name.map { printable($0) }
            writer.empty(
                "hop",
                [
                    ("ttl", "\(hop.timeToLive)"), ("ipaddr", address.withoutZone.description),
                    ("rtt", TraceText.roundTrip(hop)), ("host", name),
                ]
            )
            writer.newline()
        }
        writer.close()
        writer.newline()
    }

    private func names(_ host: Host, _ writer: inout XMLWriter) {
        let family = host.address.family == .inet ? "ipv4" : "ipv6"
        writer.empty("address", [("addr", host.address.withoutZone.description), ("addrtype", family)])
        writer.newline()
        if let address = host.macAddress {
            let vendor = host.macVendor.map { printable($0) }
            writer.empty(
                "address",
                [("addr", address.description), ("addrtype", "mac"), ("vendor", vendor)]
            )
            writer.newline()
        }
        let names = [(host.targetName, "user"), (host.name, "PTR")].compactMap { name, type in
            name.flatMap { $0.isEmpty ? nil : ($0, type) }
        }
        guard host.state == .up || !names.isEmpty else { return }
        writer.open("hostnames")
        writer.newline()
        for (name, type) in names {
            writer.empty("hostname", [("name", printable(name)), ("type", type)])
            writer.newline()
        }
        writer.close()
        writer.newline()
    }

    private func ports(_ host: Host, _ writer: inout XMLWriter) {
        guard !host.ports.isEmpty else { return }
        let ignored = IgnoredPorts(host.ports, options)
        writer.open("ports")
        for group in ignored.groups {
            writer.open("extraports", [("state", group.state.rawValue), ("count", "\(group.count)")])
            writer.newline()
            for share in group.shares {
                let numbers = host.ports.numbers(of: share.transport) {
                    $0.state == group.state && $0.reason == share.reason
                }
                writer.empty(
                    "extrareasons",
                    [
                        ("reason", printable(share.reason.rawValue)), ("count", "\(share.count)"),
                        ("proto", share.transport.rawValue), ("ports", NumberText.ranges(numbers)),
                    ]
                )
                writer.newline()
            }
            writer.close()
            writer.newline()
        }
        for record in host.ports.records(where: { !ignored.contains($0.state) }) { port(record, &writer) }
        writer.close()
        writer.newline()
    }

    private func port(_ record: PortRecord, _ writer: inout XMLWriter) {
        writer.open(
            "port",
            [("protocol", record.port.transport.rawValue), ("portid", "\(record.port.number)")]
        )
        writer.empty(
            "state",
            [
                ("state", record.outcome.state.rawValue),
                ("reason", printable(record.outcome.reason.rawValue)),
                ("reason_ttl", "\(record.outcome.ttl)"),
                ("reason_ip", record.outcome.source?.withoutZone.description),
            ]
        )
        // As in the reference, nothing is said of a service of which not even a name is known.
        if let service = record.service,
            service.name != nil || service.fingerprint != nil || service.tunnel != .none
        {
            self.service(service, &writer)
        }
        if options.scriptsRequested {
            for result in options.shown(record.scripts) { script(result, &writer) }
        }
        writer.close()
        writer.newline()
    }

    private func service(_ service: ServiceInfo, _ writer: inout XMLWriter) {
        let text = { (value: String?) in value.flatMap { $0.isEmpty ? nil : dotted($0) } }
        let attributes = [
            ("name", text(service.name) ?? "unknown"), ("product", text(service.product)),
            ("version", text(service.version)), ("extrainfo", text(service.extraInfo)),
            ("hostname", text(service.hostname)), ("ostype", text(service.osType)),
            ("devicetype", text(service.deviceType)),
            ("servicefp", service.fingerprint.map { printable(ServiceText.unwrapped($0)) }),
            ("tunnel", service.tunnel == .ssl ? "ssl" : nil), ("method", service.method.rawValue),
            ("conf", "\(min(max(service.confidence, 0), 10))"),
        ]
        guard !service.cpes.isEmpty else {
            writer.empty("service", attributes)
            return
        }
        writer.open("service", attributes)
        for cpe in service.cpes { writer.element("cpe", text: dotted(cpe)) }
        writer.close()
    }

    /// Writes script results in an element of their own, if there are any.
    ///
    /// No line ends behind it, as readers of the reference's files know it.
    func scripts(
        _ results: [ScriptResult],
        in element: String,
        _ options: ReportOptions,
        _ writer: inout XMLWriter
    ) {
        let shown = options.shown(results)
        guard !shown.isEmpty else { return }
        writer.open(element)
        for result in shown { script(result, &writer) }
        writer.close()
    }

    private func script(_ result: ScriptResult, _ writer: inout XMLWriter) {
        let attributes = [("id", printable(result.id)), ("output", scriptText(result.output))]
        switch result.structured {
        case nil: writer.empty("script", attributes)
        case .text(let octets): writer.element("script", attributes, text: scriptText(octets))
        case .table(let fields):
            writer.open("script", attributes)
            self.fields(fields, &writer)
            writer.close()
        }
    }

    /// Writes the fields of a table, each followed by a line end.
    ///
    /// Tables below the deepest level are written as empty ones, so that no script can exhaust the stack.
    private func fields(_ fields: [ScriptValue.Field], _ writer: inout XMLWriter, level: Int = 0) {
        for field in fields {
            let key = [("key", field.key.map(scriptText))]
            switch field.value {
            case .text(let octets): writer.element("elem", key, text: scriptText(octets))
            case .table(let inner):
                writer.open("table", key)
                writer.newline()
                if level < Self.deepestTable { self.fields(inner, &writer, level: level + 1) }
                writer.close()
            }
            writer.newline()
        }
    }

    /// Script text as it enters the document (spec `nse-output`, section 6.2, first step).
    private func scriptText(_ octets: [UInt8]) -> String {
        printable(octets, keeping: [.tab, .lineFeed, .carriageReturn])
    }
}
