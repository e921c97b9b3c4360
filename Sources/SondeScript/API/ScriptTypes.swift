// SPDX-License-Identifier: Apache-2.0

internal import SondeIO
internal import SondeLua

/// The Swift classes whose objects scripts hold.
struct ScriptTypes {
    let socket: ObjectType<NmapSocket>
    let dnet: ObjectType<NmapDnet>
    let certificate: ObjectType<Certificate>
    let mutex: ObjectType<ScriptMutex>
    let condition: ObjectType<ConditionVariable>
    let thread: ObjectType<ScriptThread>
    let ssh: ObjectType<SSHSession>
    let sshChannel: ObjectType<SSHChannel>

    /// Makes their metatables; methods are added by the libraries.
    init(in state: LuaState) throws(LuaError) {
        socket = try state.type("nsock", of: NmapSocket.self) { frame in
            // As in the reference: what `getmetatable` gives is an empty table.
            frame.pushTable()
            frame.setField("__metatable")
        }
        dnet = try state.type("dnet", of: NmapDnet.self) { frame in
            frame.pushTable()
            frame.setField("__metatable")
        }
        certificate = try state.type("SSL_CERT", of: Certificate.self) { frame in
            frame.setField("__name", "SSL_CERT")
        }
        mutex = try state.type("mutex", of: ScriptMutex.self)
        condition = try state.type("condvar", of: ConditionVariable.self)
        thread = try state.type("thread", of: ScriptThread.self)
        ssh = try state.type("ssh2", of: SSHSession.self)
        sshChannel = try state.type("channel", of: SSHChannel.self)
    }
}

/// The functions that the prelude gives the engine.
struct Prelude {
    let runScript: LuaReference
    let runWorker: LuaReference
    let prepareLibraries: LuaReference
    let isQuiet: LuaReference
    let confine: LuaReference
    let tryMessage: LuaReference
    let seal: LuaReference
    /// The metatable of a host's operating systems.
    let systemMetatable: LuaReference
    /// The metatable of scripts' environments: what they lack is looked up in `_G`.
    let environmentMetatable: LuaReference
    /// The same for scripts of old, which also find the names of Lua 5.1.
    let oldEnvironmentMetatable: LuaReference

    /// Runs the prelude with the table of host functions on top of the stack, which is popped.
    init(running frame: borrowing CallFrame) throws(LuaError) {
        let host = frame.count
        try frame.load(PackageResources.compatibility_lua, name: "=compatibility")
        frame.pushCopy(of: host)
        try frame.call(arguments: 1, results: 1, trace: true)
        oldEnvironmentMetatable = try Self.take("script_metatable", frame)
        let compatibility = frame.count
        try frame.load(PackageResources.prelude_lua, name: "=prelude")
        frame.pushCopy(of: host)
        frame.pushCopy(of: compatibility)
        try frame.call(arguments: 2, results: 1, trace: true)
        runScript = try Self.take("run_script", frame)
        runWorker = try Self.take("run_worker", frame)
        prepareLibraries = try Self.take("prepare_libraries", frame)
        isQuiet = try Self.take("is_quiet", frame)
        confine = try Self.take("confine", frame)
        tryMessage = try Self.take("try_message", frame)
        seal = try Self.take("seal", frame)
        systemMetatable = try Self.take("system", frame)
        frame.pushTable(fields: 2)
        frame.pushGlobals()
        frame.setField("__index")
        frame.push(false)
        frame.setField("__metatable")
        environmentMetatable = try Self.keep(frame)
        frame.setCount(host - 1)
    }

    private static func take(
        _ name: StaticString,
        _ frame: borrowing CallFrame
    ) throws(LuaError) -> LuaReference {
        frame.pushField(name, of: frame.count)
        return try keep(frame)
    }

    private static func keep(_ frame: borrowing CallFrame) throws(LuaError) -> LuaReference {
        guard let reference = LuaReference(popping: frame) else { throw LuaError(kind: .memory, message: []) }
        return reference
    }

    /// What environments of scripts of a generation have as their metatable.
    func metatable(for generation: ScriptGeneration) -> LuaReference {
        generation == .lua51 ? oldEnvironmentMetatable : environmentMetatable
    }
}
