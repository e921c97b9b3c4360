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
        scripts.isStrict = typed.isStrict
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
