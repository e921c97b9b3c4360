// SPDX-License-Identifier: Apache-2.0

internal import SondeDatabase
internal import SondeIO
internal import SondeModel
internal import SondeScan
internal import SondeScript

/// Making the engines ready.
extension ScanSession {
    /// Chooses the ports of each technique.
    func selectPorts() throws(ScanError) -> PortSelection? {
        guard plan.extent == .ports else { return nil }
        do throws(PortSpecificationError) {
            let transports = Set(plan.techniques.map(\.transport))
            let list = try plan.ports.specification.map { (text) throws(PortSpecificationError) in
                try PortSpecification(parsing: text, for: transports, names: files.portNames)
            }
            let excluded = try plan.ports.exclusion.map { (text) throws(PortSpecificationError) in
                try PortSpecification(parsing: text, for: transports, names: files.portNames)
            }
            let limit: PortLimit? =
                switch plan.ports.selection {
                case .standard: nil
                case .fast: .fast
                case .top(let count): .top(count)
                case .ratio(let ratio): .ratio(ratio)
                }
            let selection = try PortSelection(
                transports: transports,
                specification: list,
                limit: limit,
                excluding: excluded,
                names: files.portNames
            )
            for warning in selection.warnings { warn("\(warning)") }
            for technique in plan.techniques where plan.given == nil {
                let ports = selection.ports(technique.transport)
                guard !ports.isEmpty else { continue }
                scans.append(
                    ScanInfo(technique: technique.rawValue, transport: technique.transport, ports: ports)
                )
            }
            return selection
        } catch {
            throw ScanError(.usage, "\(error)")
        }
    }

    /// Loads the scripts that were asked for.
    func prepareScripts(_ arguments: ScriptArguments) throws(ScanError) {
        let engine = try makeEngine(arguments)
        self.engine = engine
        let request = ScriptSelector.Request(
            options: plan.scripts.rules,
            wantsDefault: plan.scripts.usesDefault,
            wantsVersion: plan.versions.isWanted
        )
        // Afterwards nothing can be written to the user's cache any more, which keeps scripts from planting code there.
        if plan.containment.confinesProcess { engine.keepCompiled(request) }
        confineProcess(engine.settings.sandbox)
        do throws(ScriptSetupError) {
            try engine.setUp(request, embedded: BuiltInScripts.all)
        } catch {
            throw error.scanError
        }
    }

    /// Makes the script engine.
    func makeEngine(_ arguments: ScriptArguments) throws(ScanError) -> ScriptEngine {
        var settings = ScriptSettings()
        settings.verbosity = plan.verbosity
        settings.debugging = plan.debugging
        settings.family = plan.targets.family
        settings.timingLevel = plan.timing.template.level
        settings.isPrivileged = Privileges.mayUseRawPackets(typed: plan.isPrivileged)
        settings.ttl = plan.packets.timeToLive.map(Int.init)
        settings.payloadLength = plan.packets.payload?.count ?? 0
        settings.sendsFrames = plan.packets.sendsFrames
        settings.interface = plan.packets.interface
        settings.sourceAddress = plan.packets.sourceAddress
        settings.versionIntensity = plan.versions.intensity
        settings.detectsVersions = plan.versions.isWanted
        settings.keepsPortResults = plan.scripts.isWanted
        settings.timeout = plan.timing.template.scriptTimeout
        settings.traces = plan.scripts.isTraced || plan.tracesPackets
        settings.maximumParallelism = plan.timing.template.maximumParallelism
        settings.minimumParallelism = plan.timing.template.minimumParallelism
        settings.maximumThreads = max(1000, plan.timing.template.minimumParallelism ?? 0)
        settings.arguments = .table(arguments.fields)
        settings.scope = scope
        settings.hostRate = plan.containment.hostRate
        settings.chunks = files.chunks
        settings.sandbox = makeSandbox(arguments)
        settings.lock = try readLock()
        settings.limits.processorTime = plan.containment.processorTime
        settings.limits.memory = plan.containment.memory
        settings.limits.output = plan.containment.output
        settings.worlds = plan.worldCount ?? Processors.count
        do {
            return try ScriptEngine(
                network: network,
                dataDirectory: files.directory,
                facts: facts,
                settings: settings,
                emit: { [weak self] event in self?.onEvent(event) }
            )
        } catch {
            throw ScanError(.failure, "cannot start the script engine: \(error)")
        }
    }

    /// The lock file, if one is given.
    private func readLock() throws(ScanError) -> ScriptLock? {
        guard let path = plan.containment.lockFile else { return nil }
        let octets: [UInt8]
        do {
            octets = try FileReader.contents(of: path)
        } catch {
            throw ScanError(.usage, "--locked: \(error.description)")
        }
        do throws(ScriptLock.Mistake) {
            return try ScriptLock(parsing: octets)
        } catch {
            throw ScanError(
                .usage,
                "--locked \(path), line \(error.line): give a SHA-256, two blanks and a name"
            )
        }
    }

    /// Tells with `-d` what scripts are given.
    private func tellArguments(_ parsed: [UInt8]) {
        guard plan.debugging > 0 else { return }
        var lines = ["Using Lua 5.4."]
        if let typed = plan.scripts.arguments { lines.append("Arguments from CLI: \(typed)") }
        if let name = plan.scripts.argumentFile { lines.append("Loading script-args from file `\(name)'") }
        if let timeout = plan.timing.template.scriptTimeout {
            lines.append("Set script-timeout as: \(Int(timeout.seconds)) seconds")
        }
        if !parsed.isEmpty { lines.append("Arguments parsed: \(String(decoding: parsed, as: UTF8.self))") }
        for line in lines { onEvent(.diagnostic(Diagnostic(.terminal, "NSE: \(line)"))) }
    }

    /// Reads the script arguments.
    func readArguments() throws(ScanError) -> ScriptArguments {
        var file: [UInt8]?
        if let name = plan.scripts.argumentFile {
            guard name.hasPrefix("/") || files.directory.locate(name) != nil else {
                throw ScanError(
                    .failure,
                    "--script-args-file: '\(name)' is in none of the data directories; give its absolute path"
                )
            }
            do {
                file = try FileReader.contents(of: files.directory.locate(name)?.path ?? name)
            } catch {
                throw ScanError(.failure, "--script-args-file: \(error)")
            }
        }
        let text = ScriptArguments.joinedText(file: file, option: Array((plan.scripts.arguments ?? "").utf8))
        tellArguments(text)
        do throws(ScriptArgumentsError) {
            let arguments = try ScriptArguments(parsing: text)
            if !arguments.unread.isEmpty {
                let rest = String(decoding: arguments.unread.prefix(60), as: UTF8.self)
                warn("--script-args: what comes after an unmatched '}' is not read: \(rest)")
            }
            return arguments
        } catch {
            let origin = plan.scripts.argumentFile.map { "--script-args-file \($0)" } ?? "--script-args"
            let typed = String(
                decoding: text.prefix(60).map { (32...126).contains($0) ? $0 : 63 },
                as: UTF8.self
            )
            throw ScanError(.usage, "\(origin): '\(typed)' cannot be read: \(error.explanation)")
        }
    }
}

extension ScriptRequest {
    /// Whether any script may run.
    var isWanted: Bool { !rules.isEmpty || usesDefault }
}

extension ScriptSetupError {
    /// The error in one line.
    var scanError: ScanError {
        switch self {
        case .selection(let error):
            let hint = error.suggestion.map { "; did you mean '\($0)'?" } ?? ""
            return ScanError(.failure, "--script: \(error)\(hint)")
        case .index(let error): return ScanError(.failure, "\(error); run with --script-updatedb")
        case .load(let error):
            let reason = error.reason.hasPrefix(error.path) || error.reason.contains(error.path)
            return ScanError(
                .failure,
                reason ? "script error: \(error.reason)" : "script \(error.path): \(error.reason)",
                detail: error.detail
            )
        case .duplicate(let id): return ScanError(.failure, "duplicate script ID: '\(id)'")
        case .circular(let error): return ScanError(.failure, "\(error)")
        case .libraries(let text):
            return ScanError(.failure, String(text.prefix { $0 != "\n" }), detail: text)
        case .arguments(let text): return ScanError(.usage, text)
        }
    }
}
