// SPDX-License-Identifier: Apache-2.0

internal import SondeIO
internal import SondeLua
internal import SondeModel

/// What the engine adds to `stdnse`, and what the prelude asks of the engine.
extension ScriptEngine {
    func installHooks(_ frame: borrowing CallFrame) {
        add(frame, "base") { [unowned self] frame in
            if let current { frame.push(current.coroutine.reference) } else { frame.pushNil() }
            return .results(1)
        }
        add(frame, "gettid") { [unowned self] frame in
            guard let current else { return .nothing }
            frame.push("thread: 0x\(current.base.addressText)")
            return .results(1)
        }
        add(frame, "getid") { [unowned self] frame in
            guard let current else { return .nothing }
            frame.push(current.script.id)
            return .results(1)
        }
        add(frame, "getinfo") { [unowned self] frame in
            guard let current else { return .nothing }
            frame.push(current.info)
            return .results(1)
        }
        add(frame, "gethostport") { [unowned self] frame in
            guard let current, let host = current.run.host else { return .nothing }
            pushHost(frame, host, registry: current.run.registry)
            guard let port = current.port else { return .results(1) }
            pushPort(frame, host, port)
            return .results(2)
        }
        add(frame, "isworker") { [unowned self] frame in
            frame.push(current?.isWorker ?? false)
            return .results(1)
        }
        installWorkers(frame)
    }

    private func installWorkers(_ frame: borrowing CallFrame) {
        add(frame, "start_worker") { [unowned self] (frame) throws(HostError) in
            guard let current else {
                throw .message("stdnse.new_thread can only be run from an active script")
            }
            guard current.account.workers < settings.limits.workers else {
                throw .message("too many workers: one script may have \(settings.limits.workers)")
            }
            guard let worker = makeWorker(frame, of: current) else { throw .message("not enough memory") }
            admit(worker)
            frame.push(worker.coroutine.reference)
            frame.push(worker, as: types.thread)
            return .results(2)
        }
        add(frame, "worker_error") { [unowned self] (frame) throws(HostError) in
            let worker = try frame.object(at: 1, as: types.thread)
            if worker.doom == .timedOut {
                frame.push("timed out")
            } else if let failure = worker.failure, let prelude {
                frame.push(prelude.tryMessage)
                frame.push(failure)
                let isTry = frame.attempt(arguments: 1, results: 2) && frame.isTruthy(at: -2)
                if !isTry { frame.push(failure) }
            } else {
                frame.pushNil()
            }
            return .results(1)
        }
    }

    // MARK: Mutexes and condition variables

    func installSynchronisation(_ frame: borrowing CallFrame) {
        add(frame, "new_mutex") { [unowned self] frame in
            frame.push(ScriptMutex(), as: types.mutex)
            return .results(1)
        }
        add(frame, "mutex_act") { [unowned self] (frame) throws(HostError) in try mutexAct(frame) }
        add(frame, "new_condvar") { [unowned self] frame in
            frame.push(ConditionVariable(), as: types.condition)
            return .results(1)
        }
        add(frame, "condvar_fetched") { [unowned self] (frame) throws(HostError) in
            let condition = try frame.object(at: 1, as: types.condition)
            current?.conditions[ObjectIdentifier(condition)] = condition
            return .nothing
        }
        add(frame, "condvar_act") { [unowned self] (frame) throws(HostError) in try conditionAct(frame) }
    }

    private func mutexAct(_ frame: borrowing CallFrame) throws(HostError) -> HostReturn {
        enum Act: String { case lock, trylock, done, running }
        let mutex = try frame.object(at: 1, as: types.mutex)
        let act: Act = try optionOfAct(frame)
        switch act {
        case .running:
            if let holder = mutex.holder { frame.push(holder) } else { frame.pushNil() }
            return .results(1)
        case .done:
            guard mutex.isHeld, mutex.holderAddress == frame.coroutineAddress else {
                throw .message("do not have a lock on this mutex")
            }
            mutex.unlock()
            return .nothing
        case .lock, .trylock: break
        }
        guard let thread = current, let coroutine = callerReference(frame) else {
            throw .message("a mutex can only be used by an active script")
        }
        let address = frame.coroutineAddress
        if mutex.tryLock(coroutine, address: address, thread: thread) {
            guard act == .trylock else { return .nothing }
            frame.push(true)
            return .results(1)
        }
        if act == .trylock {
            frame.push(false)
            return .results(1)
        }
        try frame.requireSuspension()
        mutex.wait(coroutine, address: address, thread: thread) { [weak self] thread in
            self?.resume(thread) { _ in .nothing }
        }
        thread.leaveQueue = { [weak mutex, weak thread] in
            if let thread { mutex?.forget(thread) }
        }
        return .suspended
    }

    private func conditionAct(_ frame: borrowing CallFrame) throws(HostError) -> HostReturn {
        enum Act: String { case wait, signal, broadcast }
        let condition = try frame.object(at: 1, as: types.condition)
        let act: Act = try optionOfAct(frame)
        switch act {
        case .signal: condition.signal()
        case .broadcast: condition.broadcast()
        case .wait:
            let thread = try suspendableThread(frame)
            condition.wait(thread) { [weak self] thread in self?.resume(thread) { _ in .nothing } }
            thread.leaveQueue = { [weak condition, weak thread] in
                if let thread { condition?.forget(thread) }
            }
            return .suspended
        }
        return .nothing
    }

    /// The word that a script calls a mutex or condition variable with: the first argument to scripts, though
    /// the object comes before it here.
    private func optionOfAct<Act: RawRepresentable<String>>(
        _ frame: borrowing CallFrame
    ) throws(HostError) -> Act {
        guard let word = frame.convertedText(at: 2) else {
            throw .argument(1, "string expected, got \(frame.typeName(at: 2))")
        }
        guard let act = Act(rawValue: word) else { throw .argument(1, "invalid option '\(word)'") }
        return act
    }

    private func callerReference(_ frame: borrowing CallFrame) -> LuaReference? {
        frame.pushThread()
        return LuaReference(popping: frame)
    }

    // MARK: For the prelude

    func installPreludeHelpers(_ frame: borrowing CallFrame) {
        add(frame, "nonconforming") { [unowned self] _ in
            let text = "finalizing a non-conforming function that did not first return a boolean"
            emit(.diagnostic(Diagnostic(.standardError, text)))
            return .nothing
        }
        add(frame, "rule_passed") { [unowned self] _ in
            guard let current else { return .nothing }
            current.rulePassed = true
            message(1, "Starting \(debugName(current)) against \(current.target).")
            return .nothing
        }
        add(frame, "integers") { frame in
            guard let left = frame.convertedInteger(at: 1), let right = frame.convertedInteger(at: 2) else {
                return .nothing
            }
            frame.push(left)
            frame.push(right)
            return .results(2)
        }
        add(frame, "receive_buf_begin") { [unowned self] (frame) throws(HostError) in
            try beginReceiveBuffer(frame)
        }
        add(frame, "receive_buf_end") { [unowned self] (frame) throws(HostError) in
            try socketArgument(frame).buffer = try frame.string(at: 2)
            return .nothing
        }
        add(frame, "find_library") { [unowned self] (frame) throws(HostError) in try findLibrary(frame) }
        add(frame, "library_missing") { [unowned self] (frame) throws(HostError) in
            let text = try frame.text(at: 1)
            message(1, text)
            return .nothing
        }
        add(frame, "report") { [unowned self] (frame) throws(HostError) in try report(frame) }
    }

    /// Checks the arguments of `receive_buf`; gives the buffer, or what is wrong.
    private func beginReceiveBuffer(_ frame: borrowing CallFrame) throws(HostError) -> HostReturn {
        let socket = try socketArgument(frame)
        try openDatagramsIfFresh(socket)
        guard socket.isOpen else { return .nothing }
        let problem: String? =
            switch (frame.type(at: 2), frame.type(at: 3)) {
            case (.function, .boolean), (.string, .boolean): nil
            case (.function, _), (.string, _):
                "bad argument #2 to 'receive_buf' (boolean expected, got \(frame.typeName(at: 3)))"
            default:
                "bad argument #1 to 'receive_buf' (function/string expected, got \(frame.typeName(at: 2)))"
            }
        if let problem {
            frame.pushNil()
            frame.push(problem)
            return .results(2)
        }
        frame.push(socket.buffer)
        return .results(1)
    }
}
