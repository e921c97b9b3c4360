// SPDX-License-Identifier: Apache-2.0

internal import SondeModel
internal import SondeText

/// Reads JSON Lines of our own, of naabu and of zgrab, and the JSON of masscan.
struct JSONResults {
    private var results = ScanResults(.jsonLines)
    private var collector = HostCollector()
    private var scripts: [HostKey: [ScriptRecord]] = [:]

    /// Reads a file.
    ///
    /// - Throws: ``TextError`` with the line where it is wrong.
    static func read(_ octets: [UInt8]) throws(TextError) -> ScanResults {
        var reader = JSONResults()
        var number = 0
        for line in octets.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false) {
            number += 1
            guard let text = content(of: line) else { continue }
            try reader.take(JSONParser.parse(text, firstLine: number), line: number)
        }
        reader.finish()
        return reader.results
    }

    /// A line without what masscan writes around its objects; nothing if no value is left.
    private static func content(of line: ArraySlice<UInt8>) -> ArraySlice<UInt8>? {
        let isBlank = { (octet: UInt8) in octet <= 32 }
        var text = line.drop(while: { isBlank($0) || $0 == UInt8(ascii: "[") || $0 == UInt8(ascii: ",") })
        while let last = text.last, isBlank(last) || last == UInt8(ascii: ",") { text = text.dropLast() }
        if text.last == UInt8(ascii: "]"), text.first == UInt8(ascii: "{") { text = text.dropLast() }
        // masscan ends older files with an object that is no JSON.
        if text.isEmpty || text.elementsEqual("]".utf8) || text.starts(with: "{finished:".utf8) { return nil }
        return text
    }

    private mutating func take(_ value: JSONValue, line: Int) throws(TextError) {
        if value["type"]?.text != nil {
            own(value)
        } else if let ports = value["ports"], let address = Self.address(value) {
            results.format = .masscanJSON
            for port in ports.elements { masscan(port, address) }
        } else if let data = value["data"], let address = Self.address(value) {
            results.format = .zgrab
            zgrab(data, value, address)
        } else if value["port"] != nil {
            results.format = .naabu
            try naabu(value, line)
        } else {
            throw TextError(
                line: line,
                "no record of Sonde, masscan, naabu or zgrab: it has neither type, ports, port nor data"
            )
        }
    }

    private static func address(_ value: JSONValue) -> IPAddress? {
        value["ip"]?.text.flatMap { IPAddress($0) }
    }

    private mutating func finish() {
        for record in results.records where record.address != nil {
            scripts[HostKey(record), default: []].append(record)
        }
        var hosts = collector.hosts
        for index in hosts.indices {
            for record in scripts[HostKey(hosts[index])] ?? [] {
                guard let result = record.result else { continue }
                if let port = record.port {
                    hosts[index].ports.add(result, to: port)
                } else {
                    hosts[index].scripts.insertByID(result)
                }
            }
        }
        results.hosts = hosts
    }

    // MARK: Ours

    private mutating func own(_ value: JSONValue) {
        switch value["type"]?.text {
        case "start": results.header = value.scanHeader
        case "script":
            guard let record = value.scriptRecord else { return }
            results.records.append(record)
            guard let result = record.result else { return }
            if record.phase == .prerule { results.preScripts.insertByID(result) }
            if record.phase == .postrule { results.postScripts.insertByID(result) }
        case "port":
            guard let host = value["host"]?.text.flatMap({ IPAddress($0) }), let record = value.portRecord
            else { return }
            collector.update(host, name: value["name"]?.text) { $0.add(record) }
        case "host":
            guard let host = value.host else { return }
            collector.update(host.address, name: host.targetName) { draft in
                let way = (draft.host.hops, draft.host.traceProbe)
                draft.host = host
                (draft.host.hops, draft.host.traceProbe) = way
                draft.addGroups(value["other_ports"])
            }
        case "trace":
            guard let host = value["host"]?.text.flatMap({ IPAddress($0) }) else { return }
            collector.update(host, name: value["name"]?.text) { value.addTrace(to: &$0.host) }
        case "stats": if value["final"]?.isTrue ?? false { results.summary = value.scanSummary }
        default: return
        }
    }

    // MARK: Others'

    private mutating func masscan(_ value: JSONValue, _ address: IPAddress) {
        guard let number = value["port"]?.integer.flatMap(UInt16.init(exactly:)),
            let transport = TransportProtocol(rawValue: value["proto"]?.text ?? "tcp")
        else { return }
        let state = value["status"]?.text.flatMap(PortState.init(rawValue:)) ?? .open
        let outcome = PortOutcome(
            state,
            value["reason"]?.text.map { Reason(rawValue: $0) } ?? .userSet,
            ttl: value["ttl"]?.integer.flatMap(UInt8.init(exactly:)) ?? 0
        )
        collector.update(address) { $0.add(PortRecord(port: Port(number, transport), outcome: outcome)) }
    }

    private mutating func naabu(_ value: JSONValue, _ line: Int) throws(TextError) {
        let nested = value["port"]?["Port"]?.integer
        guard let number = (value["port"]?.integer ?? nested).flatMap(UInt16.init(exactly:)) else {
            throw TextError(line: line, "'port' is no port number")
        }
        let isUDP = value["protocol"]?.text == "udp" || value["port"]?["Protocol"]?.integer == 1
        let port = Port(number, isUDP ? .udp : .tcp)
        let name = value["host"]?.text
        if let address = Self.address(value) ?? name.flatMap({ IPAddress($0) }) {
            let typed = name.flatMap { IPAddress($0) == nil ? $0 : nil }
            collector.update(address, name: typed) { $0.add(PortRecord(open: port)) }
        } else if let name {
            results.namedPorts[name, default: []].append(port)
        } else {
            throw TextError(line: line, "a port without 'ip' or 'host'")
        }
    }

    /// Ports of modules whose records name none.
    private static let zgrabPorts: [String: UInt16] = [
        "http": 80, "tls": 443, "https": 443, "ssh": 22, "ftp": 21, "telnet": 23, "smtp": 25, "pop3": 110,
        "imap": 143, "redis": 6379, "mysql": 3306, "postgres": 5432, "mssql": 1433, "mongodb": 27017,
        "smb": 445, "modbus": 502, "siemens": 102, "dnp3": 20000, "fox": 1911, "ntp": 123, "oracle": 1521,
        "ipp": 631, "banner": 80,
    ]

    private mutating func zgrab(_ data: JSONValue, _ value: JSONValue, _ address: IPAddress) {
        for module in data.members {
            let grab = module.value
            guard let status = grab["status"]?.text, status != "connection-timeout", status != "io-timeout",
                status != "connection-refused"
            else { continue }
            let name = grab["protocol"]?.text ?? module.name
            let stated = grab["port"]?.integer ?? value["port"]?.integer
            guard let number = stated.flatMap(UInt16.init(exactly:)) ?? Self.zgrabPorts[name] else {
                continue
            }
            let port = Port(number, name == "ntp" ? .udp : .tcp)
            collector.update(address, name: value["domain"]?.text) { $0.add(PortRecord(open: port)) }
        }
    }
}
