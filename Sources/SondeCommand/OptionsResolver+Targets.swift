// SPDX-License-Identifier: Apache-2.0

internal import Sonde
internal import SondeModel

extension OptionsResolver {
    /// Targets, exclusions and the address family.
    mutating func resolveTargets() throws(UsageError) {
        let typed = flags.targets
        guard !(typed.usesIPv4 && typed.usesIPv6) else {
            throw .value("-4 and -6 cannot be used in one scan; run two")
        }
        var targets = TargetRequest()
        targets.words = words
        for word in targets.words where word.isEmpty {
            throw .value("a target \(shown(word)) is empty; give a host, an address or a network")
        }
        if let file = try ValueParsing.single(typed.inputFiles, .inputFile) {
            targets.inputFile = try ValueParsing.text(file, .inputFile)
        }
        if let source = try ValueParsing.single(typed.from, .from) {
            request.source = try ValueParsing.text(source, .from)
        }
        if let file = try ValueParsing.single(typed.excludeFiles, .excludeFile) {
            targets.exclusionFile = try ValueParsing.text(file, .excludeFile)
        }
        targets.exclusions = typed.exclude.flatMap { list in
            list.split(separator: ",").map(String.init).filter { !$0.isEmpty }
        }
        if let empty = typed.exclude.first(where: { $0.utf8.allSatisfy { $0 == UInt8(ascii: ",") } }) {
            throw .value("--exclude \(shown(empty)) names nothing; give hosts and networks, parted by commas")
        }
        targets.family = typed.usesIPv6 ? .inet6 : .inet
        targets.scansAllAddresses = typed.resolvesAll
        targets.scansEachAddressOnce = typed.isUnique
        targets.isShuffled = typed.randomizesHosts
        request.plan.targets = targets
    }

    /// Name look-ups.
    mutating func resolveNames() throws(UsageError) {
        let typed = flags.discovery
        var names = NameRequest()
        names.mode = typed.noNames ? .never : typed.allNames ? .always : .hostsThatAreUp
        names.usesSystemResolver = typed.systemNames
        for list in typed.nameServers {
            for part in list.split(separator: ",", omittingEmptySubsequences: false) {
                guard let address = IPAddress(parsing: part) else {
                    throw .value("--dns-servers \(shown(String(part))): give addresses, parted by commas")
                }
                names.servers.append(address)
            }
        }
        request.plan.names = names
    }

    /// The ports to scan.
    mutating func resolvePorts() throws(UsageError) {
        let typed = flags.ports
        var ports = PortRequest()
        ports.isSequential = typed.isSequential
        if let list = try ValueParsing.single(typed.portLists, .portList) {
            ports.specification = try ValueParsing.text(list, .portList)
        }
        if let list = try ValueParsing.single(typed.exclusions, .excludePorts) {
            ports.exclusion = try ValueParsing.text(list, .excludePorts)
        }
        if typed.isFast, ports.specification != nil {
            throw .value(
                "-F cannot be used with -p; --top-ports or --port-ratio take the most common of a list"
            )
        }
        if let text = typed.topPorts, typed.portRatio != nil {
            throw .value("--top-ports \(shown(text)) cannot be used with --port-ratio; leave one out")
        }
        if let text = typed.topPorts {
            ports.selection = .top(try ValueParsing.integer(text, .topPorts, in: 1...65536))
        } else if let text = typed.portRatio {
            guard let ratio = ValueParsing.decimal(text), ratio < 1 else {
                throw .value("--port-ratio \(shown(text)): give a number from 0 to below 1")
            }
            ports.selection = .ratio(ratio)
        } else if typed.isFast || flags.miscellaneous.serviceDatabase != nil && ports.specification == nil {
            ports.selection = .fast
        }
        request.plan.ports = ports
    }
}
