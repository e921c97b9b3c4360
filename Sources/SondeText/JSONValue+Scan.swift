// SPDX-License-Identifier: Apache-2.0

package import SondeModel

/// The beginning and the end of a scan, in the words of `docs/json-lines.md`.
extension JSONValue {
    /// What was known when a scan began.
    package var scanHeader: ScanHeader {
        let scans = self["scans"]?.elements.compactMap { scan -> ScanInfo? in
            guard let transport = scan["protocol"]?.text.flatMap(TransportProtocol.init(rawValue:)) else {
                return nil
            }
            return ScanInfo(
                technique: scan["technique"]?.text ?? "",
                transport: transport,
                ports: PortRanges.numbers(scan["ports"]?.text ?? "")
            )
        }
        var header = ScanHeader(
            commandLine: self["command"]?.text ?? "",
            version: self["version"]?.text ?? "",
            started: self["started"]?.double ?? 0,
            scans: scans ?? [],
            verbosity: self["verbosity"]?.integer ?? 0,
            debugging: self["debugging"]?.integer ?? 0
        )
        header.sandbox = self["sandbox"]?.elements.compactMap(\.text)
        return header
    }

    /// What was known when a scan ended.
    package var scanSummary: ScanSummary {
        ScanSummary(
            ended: self["ended"]?.double ?? 0,
            elapsed: self["elapsed"]?.double ?? 0,
            hostsUp: self["hosts_up"]?.integer ?? 0,
            hostsDown: self["hosts_down"]?.integer ?? 0,
            hostsTotal: self["hosts_total"]?.integer ?? 0,
            failure: self["failure"]?.text
        )
    }
}

extension JSONWriter {
    /// Writes what is known when a scan begins.
    package mutating func scanHeader(_ header: ScanHeader) {
        beginObject()
        member("type", "start")
        member("schema", 1)
        member("scanner", "sonde")
        member("version", header.version)
        member("command", header.commandLine)
        member("started", seconds: header.started)
        key("scans")
        beginArray()
        for scan in header.scans {
            beginObject()
            member("technique", scan.technique)
            member("protocol", scan.transport.rawValue)
            member("ports", PortRanges.text(scan.ports))
            endObject()
        }
        endArray()
        member("verbosity", header.verbosity)
        member("debugging", header.debugging)
        if let sandbox = header.sandbox {
            key("sandbox")
            beginArray()
            for layer in sandbox { string(layer) }
            endArray()
        }
        endObject()
    }

    /// Writes what is known when a scan has ended.
    package mutating func scanSummary(_ summary: ScanSummary) {
        beginObject()
        member("type", "stats")
        member("final", true)
        member("ended", seconds: summary.ended)
        member("elapsed", seconds: summary.elapsed)
        member("hosts_up", summary.hostsUp)
        member("hosts_down", summary.hostsDown)
        member("hosts_total", summary.hostsTotal)
        member("exit", summary.failure == nil ? "success" : "error")
        member("failure", summary.failure)
        endObject()
    }
}
