// SPDX-License-Identifier: Apache-2.0

package import SondeModel

/// Results back from the words of `docs/json-lines.md`; what is missing or odd is left out.
extension JSONValue {
    /// Structured output.
    package var structured: ScriptValue? {
        switch self {
        case .null: nil
        case .boolean(let flag): .text(Array(String(flag).utf8))
        case .number(let text), .string(let text): .text(Array(text.utf8))
        case .array(let elements):
            .table(
                elements.compactMap { element in
                    element.structured.map { ScriptValue.Field(key: nil, value: $0) }
                }
            )
        case .object(let members): .table(members.flatMap(Self.fields))
        }
    }

    private static func fields(_ member: Member) -> [ScriptValue.Field] {
        if member.name.isEmpty, case .array(let elements) = member.value {
            return elements.compactMap { element in
                element.structured.map { ScriptValue.Field(key: nil, value: $0) }
            }
        }
        return member.value.structured.map { [ScriptValue.Field(key: Array(member.name.utf8), value: $0)] }
            ?? []
    }

    /// A service.
    package var service: ServiceInfo? {
        guard case .object = self else { return nil }
        var service = ServiceInfo(name: self["name"]?.text)
        service.method = self["method"]?.text.flatMap(ServiceInfo.Method.init(rawValue:)) ?? .table
        service.confidence = min(max(self["confidence"]?.integer ?? 3, 0), 10)
        service.product = self["product"]?.text
        service.version = self["version"]?.text
        service.extraInfo = self["extra"]?.text
        service.hostname = self["hostname"]?.text
        service.osType = self["os"]?.text
        service.deviceType = self["device"]?.text
        service.fingerprint = self["fingerprint"]?.text
        service.tunnel = self["tunnel"]?.text == "ssl" ? .ssl : .none
        service.cpes = self["cpe"]?.elements.compactMap(\.text) ?? []
        return service
    }

    /// The port that the members `port` and `protocol` name.
    package var port: Port? {
        guard let number = self["port"]?.integer.flatMap(UInt16.init(exactly:)),
            let transport = self["protocol"]?.text.flatMap(TransportProtocol.init(rawValue:))
        else { return nil }
        return Port(number, transport)
    }

    /// A port's record, without its scripts.
    package var portRecord: PortRecord? {
        guard let port, let state = self["state"]?.text.flatMap(PortState.init(rawValue:)) else { return nil }
        let outcome = PortOutcome(
            state,
            Reason(rawValue: self["reason"]?.text ?? "unknown-response"),
            ttl: self["ttl"]?.integer.flatMap(UInt8.init(exactly:)) ?? 0,
            source: self["source"]?.text.flatMap { IPAddress($0) }
        )
        return PortRecord(port: port, outcome: outcome, service: self["service"]?.service)
    }

    /// What a script said, from a record with its `id`; nothing if it said nothing.
    package var scriptResult: ScriptResult? {
        guard let id = self["id"]?.text, let output = self["output"]?.text else { return nil }
        let ending = self["state"]?.text.flatMap(ScriptResult.Ending.init(rawValue:)) ?? .ok
        return ScriptResult(
            id: id,
            ending: ending,
            output: Array(output.utf8),
            structured: self["structured"]?.structured
        )
    }

    /// What became of a script.
    package var scriptRecord: ScriptRecord? {
        guard let id = self["id"]?.text,
            let phase = self["phase"]?.text.flatMap(ScriptPhase.init(rawValue:)),
            let state = self["state"]?.text.flatMap(ScriptRecord.State.init(rawValue:))
        else { return nil }
        var record = ScriptRecord(
            id: id,
            phase: phase,
            address: self["host"]?.text.flatMap { IPAddress($0) },
            targetName: self["name"]?.text,
            port: port,
            state: state,
            reason: self["reason"]?.text,
            started: self["started"]?.double ?? 0,
            duration: self["duration"]?.double ?? 0
        )
        record.cpu = self["cpu"]?.double ?? 0
        record.bytesOut = self["bytes_out"]?.integer ?? 0
        record.bytesIn = self["bytes_in"]?.integer ?? 0
        record.denials = self["denied"]?.denials ?? []
        record.result = scriptResult
        return record
    }

    /// What was refused to a script.
    package var denials: [ScriptRecord.Denial] {
        elements.compactMap { element in
            guard let subject = element["subject"]?.text else { return nil }
            return ScriptRecord.Denial(
                subject: subject,
                remedy: element["allow"]?.text ?? "",
                count: element["count"]?.integer ?? 1
            )
        }
    }

    /// A host without its ports and scripts.
    package var host: Host? {
        guard let address = self["host"]?.text.flatMap({ IPAddress($0) }) else { return nil }
        var host = Host(address: address, targetName: self["name"]?.text)
        host.name = self["reverse_name"]?.text
        host.state = self["state"]?.text.flatMap(HostState.init(rawValue:)) ?? .unknown
        host.reason = Reason(rawValue: self["reason"]?.text ?? "unknown-response")
        host.reasonTTL = self["ttl"]?.integer.flatMap(UInt8.init(exactly:)) ?? 0
        host.started = self["started"]?.double
        host.ended = self["ended"]?.double
        host.timedOut = self["timed_out"]?.isTrue ?? false
        host.macAddress = self["mac"]?.text.flatMap(MACAddress.init(parsing:))
        host.macVendor = self["mac_vendor"]?.text
        host.otherAddresses =
            self["other_addresses"]?.elements.compactMap { $0.text.flatMap { IPAddress($0) } } ?? []
        if let smoothed = self["srtt_us"]?.integer {
            host.times = RoundTripTimes(
                smoothed: smoothed,
                variance: self["rttvar_us"]?.integer ?? -1,
                timeout: self["timeout_us"]?.integer ?? 0
            )
        }
        addSystem(to: &host)
        return host
    }
}

extension MACAddress {
    /// Reads `00:11:22:AA:BB:CC`, or nothing for another form.
    package init?(parsing text: String) {
        let octets = text.split(separator: ":", omittingEmptySubsequences: false)
            .map { $0.utf8.count == 2 ? UInt8($0, radix: 16) : nil }
        guard octets.allSatisfy({ $0 != nil }) else { return nil }
        self.init(octets: octets.compactMap { $0 })
    }
}
