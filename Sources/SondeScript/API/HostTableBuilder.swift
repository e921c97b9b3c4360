// SPDX-License-Identifier: Apache-2.0

internal import SondeLua
internal import SondeModel

/// The table that all threads of one host share as `host.registry`.
final class HostRegistry {
    /// The table, once a thread was given it.
    var table: LuaReference?
}

/// The `host` table of scripts (spec `nse-api`, section 4).
extension ScriptEngine {
    /// Pushes a fresh table with what is known of a host.
    func pushHost(_ frame: borrowing CallFrame, _ active: ActiveHost, registry: HostRegistry?) {
        let host = active.host
        frame.pushTable(fields: 24)
        frame.setField("ip", host.address.withoutZone.description)
        frame.setField("name", host.name ?? "")
        frame.setField("targetname", host.targetName)
        frame.setField("reason", host.reason.rawValue)
        frame.setField("reason_ttl", Int(host.reasonTTL))
        frame.setField("directly_connected", host.isDirectlyConnected)
        frame.setField("mac_addr", host.macAddress?.octets)
        frame.setField("mac_addr_src", host.sourceMACAddress?.octets)
        frame.setField("mac_addr_next_hop", host.nextHopMACAddress?.octets)
        pushHops(frame, host.hops)
        frame.setField("interface", host.interface)
        frame.setField("interface_mtu", host.interfaceMTU)
        frame.setField("bin_ip", host.address.octets)
        frame.setField("bin_ip_src", host.sourceAddress?.octets)
        pushSystems(frame, host)
        pushTimes(frame, host.times)
        frame.setField("times")
        pushRegistry(frame, registry)
        frame.setField("registry")
        frame.pushHandle(UInt(active.number) + 1)
        frame.setField("_Target")
    }

    /// Sets the stations on the way to the host, if it was traced; one that did not answer is an empty table.
    private func pushHops(_ frame: borrowing CallFrame, _ hops: [Hop]) {
        guard !hops.isEmpty else { return }
        frame.pushTable(elements: hops.count)
        for (index, hop) in hops.enumerated() {
            frame.pushTable(fields: 3)
            if let address = hop.address {
                frame.setField("ip", address.withoutZone.description)
                frame.setField("name", hop.name)
                frame.setField("srtt", hop.roundTrip)
            }
            frame.setElement(index + 1)
        }
        frame.setField("traceroute")
    }

    private func pushTimes(_ frame: borrowing CallFrame, _ times: RoundTripTimes?) {
        let times = times ?? RoundTripTimes(smoothed: -1, variance: -1, timeout: 1_000_000)
        frame.pushTable(fields: 3)
        frame.setField("srtt", Double(times.smoothed) / 1e6)
        frame.setField("rttvar", Double(times.variance) / 1e6)
        frame.setField("timeout", Double(times.timeout) / 1e6)
    }

    private func pushRegistry(_ frame: borrowing CallFrame, _ registry: HostRegistry?) {
        if let awayRegistry {
            frame.push(awayRegistry)
            return
        }
        if let table = registry?.table {
            frame.push(table)
            return
        }
        frame.pushTable()
        guard let registry else { return }
        frame.pushCopy(of: -1)
        registry.table = LuaReference(popping: frame)
    }

    /// The host that an argument names: a table with `_Target`, `ip` or `targetname` of a host in work.
    func hostArgument(_ frame: borrowing CallFrame, at index: Int) throws(HostError) -> ActiveHost {
        try frame.requireTable(at: index)
        frame.pushField("_Target", of: index)
        let handle = frame.handle(at: -1)
        frame.pop()
        if let handle, handle > 0, let host = hosts[Int(clamping: handle - 1)] { return host }
        guard let name = frame.textField("ip", of: index) ?? frame.textField("targetname", of: index) else {
            throw .message("host table does not have a 'ip' or 'targetname' field")
        }
        guard let host = hosts[name] else { throw .argument(index, "host is not being processed right now") }
        return host
    }
}
