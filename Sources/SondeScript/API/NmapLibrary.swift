// SPDX-License-Identifier: Apache-2.0

internal import SondeIO
internal import SondeLua
internal import SondeModel

/// The libraries that scripts are given, and the prelude over them.
extension ScriptEngine {
    /// Installs all host functions and runs the prelude.
    func installLibraries() throws(LuaError) {
        let loaded = try lua.withStack { (frame) throws(LuaError) -> Prelude in
            frame.pushTable(fields: 32)
            frame.pushTable(fields: 48)
            installPlainFunctions(frame)
            installPortFunctions(frame)
            installEnvironmentFunctions(frame)
            installSocketLibrary(frame)
            installSynchronisation(frame)
            installRawSending(frame)
            publish(frame)
            frame.setField("nmap")
            installHooks(frame)
            installPreludeHelpers(frame)
            installSandbox(frame)
            installWayHome(frame)
            return try Prelude(running: frame)
        }
        prelude = loaded
        try installSSH()
        try installDatabases()
        try PCREModule.install(in: lua)
    }

    /// Makes the `nmap` table on top, and the tables in it, known to `require` and as globals.
    private func publish(_ frame: borrowing CallFrame) {
        let nmap = frame.count
        frame.pushTable()
        frame.setField("registry")
        frame.pushLoadedModules()
        frame.pushCopy(of: nmap)
        frame.setField("nmap")
        frame.pushField("socket", of: nmap)
        frame.setField("nmap.socket")
        frame.pushField("dnet", of: nmap)
        frame.setField("nmap.dnet")
        frame.pop()
        frame.pushGlobals()
        frame.pushCopy(of: nmap)
        frame.setField("nmap")
        frame.pop()
    }

    /// Adds a host function to the table on top.
    func add(_ frame: borrowing CallFrame, _ name: StaticString, _ body: @escaping HostBody) {
        frame.setField(name, lua.function("\(name)", self.body(of: "\(name)", body)))
    }

    /// Sets `nmap.registry.args`.
    func installArguments() {
        lua.withStack { frame in
            frame.pushGlobals()
            frame.pushField("nmap", of: frame.count)
            frame.pushField("registry", of: frame.count)
            push(frame, settings.arguments)
            frame.setField("args")
        }
    }

    /// Pushes a tree of script arguments; a text becomes a string.
    private func push(_ frame: borrowing CallFrame, _ argument: ScriptArgument) {
        switch argument {
        case .text(let octets): frame.push(octets)
        case .table(let fields):
            frame.pushTable(fields: fields.count)
            var elements = 0
            for field in fields {
                if let key = field.key {
                    frame.push(key)
                } else {
                    elements += 1
                    frame.push(elements)
                }
                push(frame, field.value)
                frame.setEntry()
            }
        }
    }

    // MARK: Facts of the run

    private func installPlainFunctions(_ frame: borrowing CallFrame) {
        add(frame, "address_family") { [self] frame in
            frame.push(settings.family.rawValue)
            return .results(1)
        }
        add(frame, "debugging") { [self] frame in
            frame.push(settings.debugging)
            return .results(1)
        }
        add(frame, "verbosity") { [self] frame in
            frame.push(settings.verbosity + (current?.script.isByName == true ? 1 : 0))
            return .results(1)
        }
        add(frame, "timing_level") { [self] frame in
            frame.push(settings.timingLevel)
            return .results(1)
        }
        add(frame, "version_intensity") { [self] frame in
            frame.push(current?.script.isByName == true ? 9 : intensity)
            return .results(1)
        }
        add(frame, "have_ssl") { frame in
            frame.push(true)
            return .results(1)
        }
        add(frame, "is_privileged") { [self] frame in
            frame.push(settings.isPrivileged)
            return .results(1)
        }
        add(frame, "get_ttl") { [self] frame in
            frame.push(settings.ttl.flatMap { (0...255).contains($0) ? $0 : nil } ?? 64)
            return .results(1)
        }
        add(frame, "get_payload_length") { [self] frame in
            frame.push(settings.payloadLength)
            return .results(1)
        }
        add(frame, "get_interface") { [self] frame in
            if let name = settings.interface { frame.push(name) } else { frame.pushNil() }
            return .results(1)
        }
        installClocks(frame)
    }

    /// The intensity that the script argument `script-intensity` asks for, else that of the run.
    private var intensity: Int {
        guard case .table(let fields) = settings.arguments,
            let field = fields.last(where: { $0.key == Array("script-intensity".utf8) }),
            case .text(let octets) = field.value, let value = Int(String(decoding: octets, as: UTF8.self))
        else { return settings.versionIntensity }
        return value
    }

    private func installClocks(_ frame: borrowing CallFrame) {
        add(frame, "clock") { frame in
            frame.push(WallClock.now)
            return .results(1)
        }
        add(frame, "clock_ms") { frame in
            frame.push((WallClock.now * 1000).rounded(.up))
            return .results(1)
        }
        add(frame, "log_write") { [self] (frame) throws(HostError) in
            enum Place: String { case stdout, stderr }
            let place: Place = try frame.option(at: 1)
            let text = try frame.text(at: 2)
            emit(.diagnostic(Diagnostic(place == .stdout ? .terminal : .standardError, "NSE: \(text)")))
            return .nothing
        }
    }
}
