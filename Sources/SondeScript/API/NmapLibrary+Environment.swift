// SPDX-License-Identifier: Apache-2.0

internal import SondeIO
internal import SondeLua
internal import SondeModel

/// What scripts learn of the machine they run on.
extension ScriptEngine {
    func installEnvironmentFunctions(_ frame: borrowing CallFrame) {
        add(frame, "get_random_bytes") { (frame) throws(HostError) in
            let count = try frame.integer(at: 1)
            guard (0...RandomOctets.most).contains(count) else {
                throw .message("Invalid length argument to get_random_bytes.")
            }
            guard let octets = RandomOctets.make(count) else {
                throw .message("Error in nbase's get_random_bytes.")
            }
            frame.push(octets)
            return .results(1)
        }
        add(frame, "fetchfile") { [self] (frame) throws(HostError) in
            let name = try frame.text(at: 1)
            // A name with `..` leads out of the data directories, whatever is there.
            guard case .file(let path) = dataDirectory.locate(name),
                !name.split(separator: "/").contains("..")
            else {
                frame.pushNil()
                return .results(1)
            }
            frame.push(path)
            return .results(1)
        }
        add(frame, "get_dns_servers") { [self] frame in
            let servers = network.resolver.servers.map(\.address.withoutZone.description)
            frame.pushTable(elements: servers.count)
            for (index, server) in servers.enumerated() {
                frame.push(server)
                frame.setElement(index + 1)
            }
            return .results(1)
        }
        add(frame, "resolve") { [self] (frame) throws(HostError) in try resolve(frame) }
        add(frame, "get_interface_link") { (frame) throws(HostError) in
            let name = try frame.text(at: 1)
            let found = (try? InterfaceList.current())?.first { $0.name == name }
            // Of Nmap 5.00, which knew these three.
            if let found, found.linkKind != .other {
                frame.push(found.linkKind.rawValue)
            } else {
                frame.pushNil()
            }
            return .results(1)
        }
        add(frame, "list_interfaces") { [self] frame in pushInterfaces(frame) }
        add(frame, "get_interface_info") { [self] (frame) throws(HostError) in
            try pushInterface(frame, named: try frame.text(at: 1))
        }
    }

    /// `nmap.resolve(name, family)`: suspends where the reference blocks.
    private func resolve(_ frame: borrowing CallFrame) throws(HostError) -> HostReturn {
        enum Choice: String { case inet, inet6, unspec }
        let name = try frame.text(at: 1)
        let choice: Choice = try frame.option(at: 2, default: .unspec)
        return try wait(frame) { [network] then in
            network.resolver.attempt(name, family: AddressFamily(rawValue: choice.rawValue), then: then)
        } deliver: { [unowned self] (result: Result<[IPAddress], StreamError>, frame) throws(HostError) in
            guard case .success(let addresses) = result, !addresses.isEmpty else {
                frame.push(false)
                frame.push("Failed to resolve")
                return .results(2)
            }
            settings.scope?.admit(addresses, forName: name)
            frame.push(true)
            frame.pushTable(elements: addresses.count)
            for (index, address) in addresses.enumerated() {
                frame.push(address.description)
                frame.setElement(index + 1)
            }
            return .results(2)
        }
    }

    private func pushInterfaces(_ frame: borrowing CallFrame) -> HostReturn {
        let interfaces: [Interface]
        do {
            interfaces = try InterfaceList.current()
        } catch {
            frame.push(false)
            frame.push(String(describing: error))
            return .results(2)
        }
        frame.pushTable(elements: interfaces.count)
        var count = 0
        for interface in interfaces {
            // Where there is no IPv4 address, an entry without any stands for it.
            let addresses: [InterfaceAddress?] = interface.addresses
            let hasIPv4 = interface.addresses.contains { $0.address.family == .inet }
            for address in hasIPv4 ? addresses : [nil] + addresses {
                push(frame, interface, address)
                count += 1
                frame.setElement(count)
            }
        }
        return .results(1)
    }

    private func pushInterface(
        _ frame: borrowing CallFrame,
        named name: String
    ) throws(HostError) -> HostReturn {
        let found = (try? InterfaceList.current())?.first { $0.name == name }
        guard let found else {
            frame.push(false)
            frame.push("failed to find interface")
            return .results(2)
        }
        push(frame, found, found.addresses.first { $0.address.family == settings.family })
        return .results(1)
    }

    /// Pushes the table of one address of an interface (spec `nse-api`, section 11).
    private func push(_ frame: borrowing CallFrame, _ interface: Interface, _ address: InterfaceAddress?) {
        frame.pushTable(fields: 10)
        frame.setField("device", interface.name)
        frame.setField("shortname", interface.shortName)
        frame.setField("netmask", address?.prefixLength ?? 0)
        frame.setField("address", address?.address.withoutZone.description)
        frame.setField("link", interface.linkKind.rawValue)
        if interface.linkKind == .ethernet {
            frame.setField("mac", interface.hardwareAddress?.octets)
            frame.setField("broadcast", address?.broadcast?.description)
        }
        frame.setField("up", interface.isUp ? "up" : "down")
        frame.setField("mtu", interface.maximumPacketSize)
    }
}
