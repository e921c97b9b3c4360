// SPDX-License-Identifier: Apache-2.0

internal import SondeIO
internal import SondeModel
internal import SondeScan
internal import SondeScript

/// Finding out where scripts may go.
extension TargetSetup {
    /// The scope of scripts: targets, what `--scope` names, what stands in the script arguments.
    mutating func scope(
        _ containment: ContainmentRequest,
        targets: [ResolvedTarget],
        arguments: ScriptArgument
    ) throws(ScanError) -> ScriptScope {
        var places = TypedPlaces()
        arguments.note(in: &places)
        var listed: [TargetSpecification] = []
        var isOpen = false
        for (word, origin) in try scopeWords(containment) {
            if word == "any" {
                isOpen = true
                continue
            }
            do throws(TargetError) {
                let family: AddressFamily = word.contains(":") ? .inet6 : .inet
                listed.append(try TargetSpecification(parsing: word, family: family, zoneIndex: zoneIndex))
            } catch {
                throw ScanError(.usage, "\(origin): \(error)")
            }
        }
        let answers = try lookUp(listed)
        var networks = targets
        var addresses: [IPAddress] = targets.flatMap(\.otherAddresses)
        for specification in listed {
            if let target = ResolvedTarget(specification) {
                networks.append(target)
            } else if case .name(let name, let prefix) = specification {
                let found = answers[name] ?? []
                if found.isEmpty { scopeWarnings.append("--scope: the name \(name) has no address") }
                guard let prefix else {
                    addresses += found
                    continue
                }
                networks += found.compactMap { address in
                    IPNetwork(address, prefixLength: prefix).flatMap { network in
                        ResolvedTarget(OctetPattern(network).map { .pattern($0) } ?? .network(network))
                    }
                }
            }
        }
        let scope = ScriptScope(
            isOpen: isOpen,
            targets: [Exclusions(networks)],
            typed: places,
            servers: network.resolver.servers,
            broadcasts: {
                Set((try? InterfaceList.current())?.flatMap(\.addresses).compactMap(\.broadcast) ?? [])
            },
            neighbours: Self.linkNetworks
        )
        scope.admit(addresses)
        scope.admit(zonedBases(networks))
        return scope
    }

    /// The networks on the links of this machine that carry broadcasts.
    private static func linkNetworks() -> [IPNetwork] {
        let links = (try? InterfaceList.current())?.filter { $0.linkKind == .ethernet } ?? []
        return links.flatMap(\.addresses).compactMap { entry in
            IPNetwork(entry.address.withoutZone, prefixLength: entry.prefixLength)
        }
    }

    /// The words of `--scope` and `--scope-file`, each with where it stood.
    private func scopeWords(_ containment: ContainmentRequest) throws(ScanError) -> [(String, String)] {
        var words = containment.scope.flatMap { $0.split(separator: ",") }.map { (String($0), "--scope") }
        guard let file = containment.scopeFile else { return words }
        words += try self.words(in: file, "scope file").map { ($0, "--scope-file \(file)") }
        return words
    }

    private func zoneIndex(_ name: String) -> UInt32? {
        UInt32(name) ?? (try? InterfaceList.current())?.first { $0.name == name }?.index
    }

    /// Single link-local addresses with the link they were typed for.
    private func zonedBases(_ targets: [ResolvedTarget]) -> [IPAddress] {
        targets.compactMap { target in
            guard case .network(let network) = target.addresses, network.base.zone != 0,
                network.prefixLength == network.base.family.bitCount
            else { return nil }
            return network.base
        }
    }
}

extension ScriptArgument {
    /// Takes the addresses and names in the tree.
    fileprivate func note(in places: inout TypedPlaces) {
        switch self {
        case .text(let octets):
            places.note(String(decoding: octets, as: UTF8.self))
        case .table(let fields):
            for field in fields {
                let name = field.key.map { String(decoding: $0, as: UTF8.self) }
                if case .text(let octets) = field.value, name == nil, octets == Array("newtargets".utf8) {
                    places.hasNewTargets = true
                }
                if let name, name == "newtargets" { places.hasNewTargets = true }
                field.value.note(in: &places)
            }
        }
    }
}
