// SPDX-License-Identifier: Apache-2.0

internal import Sonde
internal import SondeModel

extension OptionsResolver {
    /// Script selection and arguments.
    mutating func resolveScripts() throws(UsageError) {
        let typed = flags.scripts
        var scripts = ScriptRequest()
        scripts.rules = try rules(typed.rules, .script)
        scripts.usesDefault = typed.usesDefault || flags.services.isAggressive
        scripts.arguments = typed.arguments
        if let file = typed.argumentFile {
            scripts.argumentFile = try ValueParsing.text(file, .scriptArgumentFile)
        }
        scripts.isTraced = typed.isTraced || flags.output.tracesPackets
        scripts.updatesDatabase = typed.updatesDatabase
        if !typed.help.isEmpty { scripts.helpRules = try rules(typed.help, .scriptHelp) }
        request.plan.scripts = scripts
    }

    private func rules(_ values: [String], _ flag: FlagDeclaration) throws(UsageError) -> [String] {
        let rules = values.flatMap(ScriptRequest.splitRules)
        guard values.isEmpty || !rules.isEmpty else {
            throw .value("\(flag.name) \(shown(values[0])) names no script; give names, categories or files")
        }
        return rules
    }

    /// What is asked about services.
    mutating func resolveVersions() throws(UsageError) {
        let typed = flags.services
        var versions = VersionRequest()
        if let text = typed.versionIntensity {
            versions.intensity = try ValueParsing.integer(text, .versionIntensity, in: 0...9)
        }
        versions.isWanted = typed.detectsVersions || typed.isAggressive
        versions.ignoresExclusions = typed.allPorts
        versions.isTraced = typed.tracesVersions || flags.output.tracesPackets
        request.plan.versions = versions
    }

    /// What packets look like.
    mutating func resolvePackets() throws(UsageError) {
        let typed = flags.evasion
        var packets = PacketRequest()
        if let name = typed.interface { packets.interface = try ValueParsing.text(name, .interface) }
        if let text = typed.sourceAddress { packets.sourceAddress = try sourceAddress(text) }
        if let text = typed.sourcePort {
            packets.sourcePort = UInt16(try ValueParsing.integer(text, .sourcePort, in: 0...65535))
        }
        if let text = typed.timeToLive {
            packets.timeToLive = UInt8(try ValueParsing.integer(text, .timeToLive, in: 0...255))
        }
        packets.payload = try payload()
        guard !(typed.isPrivileged && typed.isUnprivileged) else {
            throw .value("--privileged and --unprivileged contradict each other; leave one out")
        }
        if typed.isPrivileged { request.plan.isPrivileged = true }
        if typed.isUnprivileged { request.plan.isPrivileged = false }
        request.plan.packets = packets
    }

    private func sourceAddress(_ text: String) throws(UsageError) -> IPAddress {
        guard let address = IPAddress(parsing: text) else {
            throw .value("-S \(shown(text)): give an address of this machine")
        }
        guard address.family == request.plan.targets.family else {
            throw .value("-S \(shown(text)) is of another family than the targets; use -4 or -6 to match")
        }
        return address
    }

    private func payload() throws(UsageError) -> PacketRequest.Payload? {
        let typed = flags.evasion
        guard typed.dataLength.count + typed.dataHex.count + typed.dataString.count <= 1 else {
            throw .value("--data-length, --data and --data-string: give one of them, once")
        }
        if let text = typed.dataLength.first {
            let length = try ValueParsing.integer(text, .dataLength, in: 0...65435)
            return length == 0 ? nil : .random(length: length)
        }
        if let text = typed.dataHex.first {
            return .octets(try limited(ValueParsing.hexOctets(text, .dataHex), .dataHex))
        }
        if let text = typed.dataString.first {
            return .octets(try limited(Array(ValueParsing.text(text, .dataString).utf8), .dataString))
        }
        return nil
    }

    private func limited(_ octets: [UInt8], _ flag: FlagDeclaration) throws(UsageError) -> [UInt8] {
        guard octets.count <= 65435 else {
            throw .value("\(flag.name): \(octets.count) octets do not fit into a packet; give at most 65435")
        }
        return octets
    }

    /// Data files, worlds and the seed.
    mutating func resolveMiscellaneous() throws(UsageError) {
        let typed = flags.miscellaneous
        if let text = typed.dataDirectory {
            request.plan.files.directory = try ValueParsing.text(text, .dataDirectory)
        }
        if let text = typed.serviceDatabase {
            request.plan.files.services = try ValueParsing.text(text, .serviceDatabase)
        }
        if let text = typed.versionDatabase {
            request.plan.files.serviceProbes = try ValueParsing.text(text, .versionDatabase)
        }
        if let text = typed.worlds {
            request.plan.worldCount = try ValueParsing.integer(text, .worlds, in: 1...64)
        }
        guard let text = typed.seed else { return }
        guard let seed = UInt64(text), text.utf8.first != UInt8(ascii: "+") else {
            throw .value("--seed \(shown(text)): give a whole number, 0 or greater")
        }
        request.plan.seed = seed
    }
}
