// SPDX-License-Identifier: Apache-2.0

internal import SondeIO
internal import SondeLua
internal import SondeModel

/// Making threads, and what becomes of their errors and results.
extension ScriptEngine {
    /// Makes the coroutine of a script thread with its environment and arguments in place.
    func makeThread(_ task: ScriptRun.Task, in run: ScriptRun) -> ScriptThread? {
        let account = makeAccount(for: task.script)
        return lua.charging(account.memory) { makeThread(task, in: run, account) }
    }

    private func makeThread(
        _ task: ScriptRun.Task,
        in run: ScriptRun,
        _ account: ScriptAccount
    ) -> ScriptThread? {
        guard let prelude else { return nil }
        let coroutine = lua.withStack { frame in
            frame.push(prelude.runScript)
            return Coroutine(popping: frame)
        }
        guard let coroutine else { return nil }
        coroutine.protect()
        let arguments = coroutine.withFrame { frame in
            frame.push(task.script.generator)
            pushEnvironment(frame, of: task.script, kind: task.kind)
            frame.push(task.kind.rawValue)
            frame.push(task.script.isForced)
            guard let host = run.host else { return 4 }
            pushHost(frame, host, registry: run.registry)
            guard let port = task.port else { return 5 }
            pushPort(frame, host, port, for: task.script.generation)
            return 6
        }
        return ScriptThread(
            script: task.script,
            kind: task.kind,
            port: task.port,
            run: run,
            coroutine: coroutine,
            arguments: arguments,
            parent: nil,
            account: account,
            now: network.loop.now
        )
    }

    /// What a new instance of a script is charged to, with what the script may reach.
    private func makeAccount(for script: LoadedScript) -> ScriptAccount {
        var grants: ScriptScope.Grants = []
        if script.metadata.categories.contains(where: { $0.lowercased() == "broadcast" }) {
            grants.insert(.links)
        }
        if script.isNamed, script.metadata.categories.contains(where: { $0.lowercased() == "external" }) {
            grants.insert(.thirdParties)
        }
        accountsMade += 1
        return ScriptAccount(
            number: accountsMade,
            started: WallClock.now,
            memory: lua.beginAccount(limit: settings.limits.memory),
            scope: settings.scope,
            grants: grants,
            pace: pace
        )
    }

    /// Pushes a fresh table of a script's globals.
    func pushEnvironment(_ frame: borrowing CallFrame, of script: LoadedScript, kind: ScriptRule?) {
        frame.pushTable(fields: 16)
        frame.setField("SCRIPT_PATH", script.path)
        frame.setField("SCRIPT_NAME", script.name)
        frame.setField("SCRIPT_TYPE", kind?.rawValue)
        guard let prelude else { return }
        frame.push(prelude.metatable(for: script.generation))
        frame.setMetatable()
    }

    /// Makes a worker of the thread that calls; the function and its arguments are the whole stack.
    func makeWorker(_ frame: borrowing CallFrame, of parent: ScriptThread) -> ScriptThread? {
        guard let prelude else { return nil }
        let count = frame.count
        frame.push(prelude.runWorker)
        guard let coroutine = Coroutine(popping: frame) else { return nil }
        coroutine.protect()
        parent.account.workers += 1
        frame.move(count, to: coroutine)
        return ScriptThread(
            script: parent.script,
            kind: parent.kind,
            port: parent.port,
            run: parent.run,
            coroutine: coroutine,
            arguments: count,
            parent: parent,
            account: parent.account,
            now: network.loop.now
        )
    }

    /// A thread's name in messages: short at `-d1`, with its address above.
    func debugName(_ thread: ScriptThread) -> String {
        settings.debugging >= 2 ? thread.info : thread.script.name
    }

    /// Tells of an error that is on top of a thread's coroutine, and makes it the script's result.
    func reportFailure(of thread: ScriptThread) {
        if thread.isWorker { keepFailure(of: thread) }
        let (isTry, text) = describeFailure(of: thread)
        noteFailure(of: thread, text)
        if isTry {
            message(1, "Finished \(debugName(thread))\(thread.against). Reason: \(text)\n")
            return
        }
        let trace = thread.coroutine.traceback(text, using: lua)
        message(
            1,
            "\(debugName(thread))\(thread.against) threw an error!\n"
                + Self.withoutPrelude(String(decoding: trace, as: UTF8.self)) + "\n"
        )
        guard !thread.isWorker, settings.debugging == 0 else { return }
        record(
            ScriptResult(
                id: thread.script.id,
                ending: .error,
                output: Array("ERROR: Script execution failed (use -d to debug)".utf8)
            ),
            of: thread
        )
    }

    /// The longest text of an error that is told, in octets.
    private static let longestError = 4096

    /// A traceback in which the engine's own Lua code does not show.
    private static func withoutPrelude(_ trace: String) -> String {
        let lines = trace.split(separator: "\n", omittingEmptySubsequences: false)
        guard lines.contains(where: { $0.hasPrefix("\tprelude:") }) else { return trace }
        return (lines.filter { !$0.hasPrefix("\tprelude:") } + ["\t(...tail calls...)"])
            .joined(separator: "\n")
    }

    /// What an error says, and whether it is an exception of `new_try`.
    private func describeFailure(of thread: ScriptThread) -> (isTry: Bool, text: String) {
        guard let prelude else { return (false, "") }
        beginErrand(of: thread)
        defer { endErrand() }
        return thread.coroutine.withFrame { frame in
            let top = frame.count
            guard top > 0 else { return (false, "(no error object)") }
            frame.push(prelude.tryMessage)
            frame.pushCopy(of: top)
            if frame.attempt(arguments: 1, results: 2) {
                let isTry = frame.isTruthy(at: -2)
                let text = frame.convertedText(at: -1) ?? ""
                frame.setCount(top)
                if isTry { return (true, text) }
            }
            frame.setCount(top)
            let text = try? frame.describe(at: top)
            let shown = text.map { String(decoding: $0.prefix(Self.longestError), as: UTF8.self) }
            return (false, shown ?? "(error object)")
        }
    }

    /// Keeps what a worker failed with for whoever started it.
    private func keepFailure(of worker: ScriptThread) {
        worker.failure = worker.coroutine.withFrame { frame in
            guard frame.count > 0 else { return nil }
            frame.pushCopy(of: frame.count)
            return LuaReference(popping: frame)
        }
    }

    /// Adds a result to where it belongs.
    func record(_ result: ScriptResult, of thread: ScriptThread) {
        thread.account.result = result
        let task = ScriptRun.Task(script: thread.script, kind: thread.kind, port: thread.port)
        add(result, of: task, in: thread.run)
    }

    /// Puts a result to the host or port that it is about.
    func add(_ result: ScriptResult, of task: ScriptRun.Task, in run: ScriptRun) {
        guard let host = run.host else {
            run.results.insertByID(result)
            return
        }
        if let port = task.port, task.kind == .portrule {
            guard settings.keepsPortResults else { return }
            host.host.ports.add(result, to: port)
        } else {
            host.host.scripts.insertByID(result)
        }
    }

    /// Prints a line of the engine from a debug level on.
    func message(_ level: Int, _ text: @autoclosure () -> String) {
        guard settings.debugging >= level else { return }
        emit(.diagnostic(Diagnostic(.terminal, "NSE: \(text())")))
    }
}
