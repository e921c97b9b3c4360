// SPDX-License-Identifier: Apache-2.0

internal import SondeModel
internal import SondeText

/// Reads the XML of Nmap, of masscan and of our own (spec `nse-output`, section 6).
struct XMLResults {
    private var reader: XMLReader
    private var results = ScanResults(.nmapXML)
    private var collector = HostCollector()
    private var draft: HostCollector.Draft?
    private var system = SystemDraft()
    private var port: PortRecord?
    private var extraState: PortState?
    private var isPartOfCPE = false
    private var scripts = ScriptDraft.Collector()
    private var path: [String] = []

    /// Reads a document.
    ///
    /// - Throws: ``TextError`` with the line where it is wrong.
    static func read(_ octets: [UInt8]) throws(TextError) -> ScanResults {
        var reader = XMLResults(reader: XMLReader(octets))
        try reader.run()
        return reader.results
    }

    private init(reader: XMLReader) { self.reader = reader }

    private mutating func run() throws(TextError) {
        while let piece = try reader.next() {
            switch piece {
            case .start(let name, let attributes):
                if path.isEmpty, name != "nmaprun" {
                    throw TextError(line: 1, "the document is <\(name.prefix(40))>, not <nmaprun>")
                }
                path.append(name)
                start(name, Attributes(attributes))
            case .end(let name):
                path.removeLast()
                end(name)
            case .text(let text):
                if isPartOfCPE {
                    port?.service?.cpes.append(text)
                } else if !system.text(text) {
                    scripts.text(text)
                }
            }
        }
        results.hosts = collector.hosts
    }

    private mutating func start(_ name: String, _ attributes: Attributes) {
        if scripts.start(name, attributes) { return }
        if draft != nil, system.start(name, attributes, in: path.dropLast().last) { return }
        switch name {
        case "nmaprun": root(attributes)
        case "scaninfo": scan(attributes)
        case "verbose": results.header?.verbosity = attributes.integer("level") ?? 0
        case "debugging": results.header?.debugging = attributes.integer("level") ?? 0
        case "host": beginHost(attributes)
        case "status", "address", "hostname", "times": hostFact(name, attributes)
        case "extraports": extraState = attributes["state"].flatMap(PortState.init(rawValue:))
        case "extrareasons": extraPorts(attributes)
        case "port": beginPort(attributes)
        case "state": portState(attributes)
        case "service": port?.service = Self.service(attributes)
        case "cpe": isPartOfCPE = path.contains("service")
        case "finished": finished(attributes)
        case "hosts": hosts(attributes)
        default: break
        }
    }

    private mutating func end(_ name: String) {
        if let result = scripts.end(name) { add(result) }
        system.end(name)
        switch name {
        case "cpe": isPartOfCPE = false
        case "port":
            if let port { draft?.add(port) }
            port = nil
        case "extraports": extraState = nil
        case "host":
            guard var draft else { return }
            system.finish(&draft.host)
            collector.update(draft.host.address, name: draft.host.targetName) { known in
                let earlier = known
                known = draft
                for group in earlier.groups { known.add(group.numbers, group.transport, group.outcome) }
                for record in earlier.ports.values { known.add(record) }
            }
            self.draft = nil
        default: break
        }
    }

    private mutating func add(_ result: ScriptResult) {
        if port != nil {
            port?.scripts.append(result)
        } else if path.last == "hostscript" {
            draft?.host.scripts.append(result)
        } else if path.last == "prescript" {
            results.preScripts.append(result)
        } else if path.last == "postscript" {
            results.postScripts.append(result)
        }
    }

    private mutating func root(_ attributes: Attributes) {
        if attributes["scanner"] == "masscan" { results.format = .masscanXML }
        results.header = ScanHeader(
            commandLine: attributes["args"] ?? "",
            version: attributes["version"] ?? "",
            started: attributes.double("start") ?? 0,
            scans: [],
            verbosity: 0,
            debugging: 0
        )
    }

    private mutating func scan(_ attributes: Attributes) {
        guard let transport = attributes["protocol"].flatMap(TransportProtocol.init(rawValue:)) else {
            return
        }
        results.header?.scans.append(
            ScanInfo(
                technique: attributes["type"] ?? "",
                transport: transport,
                ports: PortRanges.numbers(attributes["services"] ?? "")
            )
        )
    }

    // MARK: Hosts

    private mutating func beginHost(_ attributes: Attributes) {
        // The address comes later; a host without one is dropped.
        var host = Host(address: IPAddress(family: .inet, value: 0))
        host.state = .up
        host.started = attributes.double("starttime")
        host.ended = attributes.double("endtime")
        host.timedOut = attributes["timedout"] == "true"
        draft = HostCollector.Draft(host)
        system = SystemDraft()
    }

    private mutating func hostFact(_ name: String, _ attributes: Attributes) {
        guard path.contains("host"), draft != nil else { return }
        switch name {
        case "status":
            draft?.host.state = attributes["state"].flatMap(HostState.init(rawValue:)) ?? .unknown
            draft?.host.reason = Reason(rawValue: attributes["reason"] ?? "unknown-response")
            draft?.host.reasonTTL = attributes.integer("reason_ttl").flatMap(UInt8.init(exactly:)) ?? 0
        case "address": address(attributes)
        case "hostname":
            guard let text = attributes["name"] else { return }
            if attributes["type"] == "user" {
                draft?.host.targetName = text
            } else {
                draft?.host.name = text
            }
        default:
            guard let smoothed = attributes.integer("srtt") else { return }
            draft?.host.times = RoundTripTimes(
                smoothed: smoothed,
                variance: attributes.integer("rttvar") ?? -1,
                timeout: attributes.integer("to") ?? 0
            )
        }
    }

    private mutating func address(_ attributes: Attributes) {
        guard let text = attributes["addr"], let host = draft?.host else { return }
        if attributes["addrtype"] == "mac" {
            draft?.host.macAddress = MACAddress(parsing: text)
            draft?.host.macVendor = attributes["vendor"]
        } else if let address = IPAddress(text) {
            draft?.host = host.with(address)
        }
    }

    // MARK: Ports

    private mutating func beginPort(_ attributes: Attributes) {
        guard let number = attributes.integer("portid").flatMap(UInt16.init(exactly:)),
            let transport = attributes["protocol"].flatMap(TransportProtocol.init(rawValue:))
        else { return }
        port = PortRecord(port: Port(number, transport), outcome: PortOutcome(.unknown, .unknownResponse))
    }

    private mutating func portState(_ attributes: Attributes) {
        port?.outcome = PortOutcome(
            attributes["state"].flatMap(PortState.init(rawValue:)) ?? .unknown,
            Reason(rawValue: attributes["reason"] ?? "unknown-response"),
            ttl: attributes.integer("reason_ttl").flatMap(UInt8.init(exactly:)) ?? 0,
            source: attributes["reason_ip"].flatMap { IPAddress($0) }
        )
    }

    private mutating func extraPorts(_ attributes: Attributes) {
        guard let state = extraState, let ports = attributes["ports"],
            let transport = attributes["proto"].flatMap(TransportProtocol.init(rawValue:))
        else { return }
        // Reports write the plural, as `resets`.
        let reason = Reason(rawValue: attributes["reason"] ?? "unknown-response").singular
        draft?.add(PortRanges.numbers(ports), transport, PortOutcome(state, reason))
    }

    private static func service(_ attributes: Attributes) -> ServiceInfo {
        var service = ServiceInfo(name: attributes["name"])
        service.method = attributes["method"].flatMap(ServiceInfo.Method.init(rawValue:)) ?? .table
        service.confidence = min(max(attributes.integer("conf") ?? 3, 0), 10)
        service.tunnel = attributes["tunnel"] == "ssl" ? .ssl : .none
        service.product = attributes["product"]
        service.version = attributes["version"]
        service.extraInfo = attributes["extrainfo"]
        service.hostname = attributes["hostname"]
        service.osType = attributes["ostype"]
        service.deviceType = attributes["devicetype"]
        service.fingerprint = attributes["servicefp"]
        return service
    }

    // MARK: The end

    private mutating func finished(_ attributes: Attributes) {
        results.summary = ScanSummary(
            ended: attributes.double("time") ?? 0,
            elapsed: attributes.double("elapsed") ?? 0,
            hostsUp: 0,
            hostsDown: 0,
            hostsTotal: 0,
            failure: attributes["exit"] == "error" ? attributes["errormsg"] ?? "unknown" : nil
        )
    }

    private mutating func hosts(_ attributes: Attributes) {
        results.summary?.hostsUp = attributes.integer("up") ?? 0
        results.summary?.hostsDown = attributes.integer("down") ?? 0
        results.summary?.hostsTotal = attributes.integer("total") ?? 0
    }
}

extension Host {
    /// The same host at another address.
    fileprivate func with(_ address: IPAddress) -> Host {
        var host = Host(address: address, targetName: targetName)
        host.name = name
        host.state = state
        host.reason = reason
        host.reasonTTL = reasonTTL
        host.started = started
        host.ended = ended
        host.timedOut = timedOut
        host.macAddress = macAddress
        host.macVendor = macVendor
        return host
    }
}

extension Reason {
    /// The word for one port, where a report wrote that for several.
    fileprivate var singular: Reason {
        if rawValue == "resets" { return .reset }
        if rawValue.hasSuffix("-unreaches") { return Reason(rawValue: String(rawValue.dropLast(2))) }
        if rawValue.hasSuffix("-responses") { return Reason(rawValue: String(rawValue.dropLast())) }
        return self
    }
}
