// SPDX-License-Identifier: Apache-2.0

package import SondeModel

/// Results in the words of `docs/json-lines.md`.
extension JSONWriter {
    /// Writes a member with a string, or `null`.
    package mutating func member(_ name: String, _ text: String?) {
        key(name)
        if let text { string(text) } else { null() }
    }

    /// Writes a member with a whole number.
    package mutating func member(_ name: String, _ number: Int) {
        key(name)
        integer(number)
    }

    /// Writes a member with a time or a length in seconds, or `null`.
    package mutating func member(_ name: String, seconds: Double?) {
        key(name)
        if let seconds { double(seconds) } else { null() }
    }

    /// Writes a member with `true` or `false`.
    package mutating func member(_ name: String, _ flag: Bool) {
        key(name)
        boolean(flag)
    }

    /// Writes structured output: text as a string, a table as an array or an object.
    ///
    /// A table with list elements alone is an array; one with names is an object. Where a table has both, the list is
    /// the member with an empty name.
    package mutating func structured(_ value: ScriptValue, level: Int = 0) {
        switch value {
        case .text(let octets): string(octets: octets)
        case .table(let fields):
            guard level < 200 else { return null() }
            let list = fields.filter { $0.key == nil }
            guard list.count < fields.count else {
                beginArray()
                for field in list { structured(field.value, level: level + 1) }
                return endArray()
            }
            beginObject()
            if !list.isEmpty {
                key("")
                beginArray()
                for field in list { structured(field.value, level: level + 1) }
                endArray()
            }
            for field in fields {
                guard let name = field.key else { continue }
                key(Self.visible(name))
                structured(field.value, level: level + 1)
            }
            endObject()
        }
    }

    /// Writes what is known of a service.
    package mutating func service(_ service: ServiceInfo) {
        beginObject()
        member("name", service.name)
        member("method", service.method.rawValue)
        member("confidence", service.confidence)
        let texts = [
            ("product", service.product), ("version", service.version), ("extra", service.extraInfo),
            ("hostname", service.hostname), ("os", service.osType), ("device", service.deviceType),
            ("fingerprint", service.fingerprint),
        ]
        for (name, text) in texts { if let text { member(name, text) } }
        if service.tunnel == .ssl { member("tunnel", "ssl") }
        if !service.cpes.isEmpty {
            key("cpe")
            beginArray()
            for cpe in service.cpes { string(cpe) }
            endArray()
        }
        endObject()
    }

    /// Writes the members of a port's record, without its scripts.
    package mutating func portMembers(_ record: PortRecord) {
        member("port", Int(record.port.number))
        member("protocol", record.port.transport.rawValue)
        member("state", record.outcome.state.rawValue)
        member("reason", record.outcome.reason.rawValue)
        member("ttl", Int(record.outcome.ttl))
        if let source = record.outcome.source { member("source", source.description) }
        key("service")
        if let service = record.service { self.service(service) } else { null() }
    }

    /// Writes what a script said.
    package mutating func scriptResult(_ result: ScriptResult) {
        beginObject()
        member("id", result.id)
        member("state", result.ending.rawValue)
        resultMembers(result)
        endObject()
    }

    /// Writes the members that hold what a script said.
    package mutating func resultMembers(_ result: ScriptResult?) {
        key("output")
        if let result { string(octets: result.output) } else { null() }
        key("structured")
        if let value = result?.structured { structured(value) } else { null() }
    }

    /// Writes what became of a script, as an object with all members.
    package mutating func scriptRecord(_ record: ScriptRecord) {
        beginObject()
        member("type", "script")
        member("id", record.id)
        member("phase", record.phase.rawValue)
        member("host", record.address?.description)
        member("name", record.targetName)
        key("port")
        if let port = record.port { integer(port.number) } else { null() }
        member("protocol", record.port?.transport.rawValue)
        member("state", record.state.rawValue)
        member("reason", record.reason)
        member("started", seconds: record.started)
        member("duration", seconds: record.duration)
        member("cpu", seconds: record.cpu)
        member("bytes_out", record.bytesOut)
        member("bytes_in", record.bytesIn)
        key("denied")
        denials(record.denials)
        resultMembers(record.result)
        endObject()
    }

    /// Writes what was refused to a script.
    package mutating func denials(_ denials: [ScriptRecord.Denial]) {
        beginArray()
        for denial in denials {
            beginObject()
            member("subject", denial.subject)
            member("allow", denial.remedy)
            member("count", denial.count)
            endObject()
        }
        endArray()
    }

    /// Writes the members that say which host and how it is.
    package mutating func hostMembers(_ host: Host) {
        member("host", host.address.description)
        member("name", host.targetName)
        member("reverse_name", host.name)
        member("state", host.state.rawValue)
        member("reason", host.reason.rawValue)
        member("ttl", Int(host.reasonTTL))
        member("started", seconds: host.started)
        member("ended", seconds: host.ended)
        member("timed_out", host.timedOut)
        if let address = host.macAddress { member("mac", address.description) }
        if let vendor = host.macVendor { member("mac_vendor", vendor) }
        if !host.otherAddresses.isEmpty {
            key("other_addresses")
            beginArray()
            for address in host.otherAddresses { string(address.description) }
            endArray()
        }
        if let times = host.times {
            member("srtt_us", times.smoothed)
            member("rttvar_us", times.variance)
            member("timeout_us", times.timeout)
        }
        systemMembers(host)
    }
}
