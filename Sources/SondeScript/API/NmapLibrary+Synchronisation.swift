// SPDX-License-Identifier: Apache-2.0

internal import SondeLua

/// `nmap.mutex` and `nmap.condvar` (spec `nse-api`, section 6): one function per key while anybody holds it.
extension ScriptEngine {
    func installSynchronisation(_ frame: borrowing CallFrame) {
        let mutexAct = lua.function("mutex") { [self] (frame) throws(HostError) in
            guard let mutex = frame.keptObject(as: types.mutex) else { return .nothing }
            return try act(frame, on: mutex)
        }
        let knownMutexes = makeWeakTable(frame)
        add(frame, "mutex") { [self] (frame) throws(HostError) in
            try pushShared(frame, knownMutexes) { [types] frame in
                frame.push(ScriptMutex(), as: types.mutex)
                frame.pushKeeping(mutexAct)
            }
            return .results(1)
        }
        let conditionAct = lua.function("condvar") { [self] (frame) throws(HostError) in
            guard let condition = frame.keptObject(as: types.condition) else { return .nothing }
            return try act(frame, on: condition)
        }
        let fetched = lua.function("condvar") { [self] frame in
            if let condition = frame.keptObject(as: types.condition) {
                current?.conditions[ObjectIdentifier(condition)] = condition
            }
            return .nothing
        }
        installConditions(frame, conditionAct, fetched)
    }

    /// `nmap.condvar`: besides the function it keeps one that notes who fetched it.
    private func installConditions(
        _ frame: borrowing CallFrame,
        _ act: HostFunction,
        _ fetched: HostFunction
    ) {
        let known = makeWeakTable(frame)
        let notes = makeWeakTable(frame, mode: "k")
        add(frame, "condvar") { [self] (frame) throws(HostError) in
            try pushShared(frame, known) { [types] frame in
                frame.push(ConditionVariable(), as: types.condition)
                frame.pushCopy(of: -1)
                frame.pushKeeping(fetched)
                frame.pushCopy(of: -2)
                frame.pushKeeping(act)
                // Who holds the function holds its note: key and value of an entry of the weak table.
                if let notes { frame.push(notes) } else { frame.pushTable() }
                frame.pushCopy(of: -2)
                frame.pushCopy(of: -4)
                frame.setEntry()
                frame.pop()
            }
            note(frame, notes)
            return .results(1)
        }
    }

    /// Notes that the calling thread fetched the condition variable whose function is on top.
    private func note(_ frame: borrowing CallFrame, _ notes: LuaReference?) {
        guard let notes else { return }
        let function = frame.count
        frame.push(notes)
        frame.pushCopy(of: function)
        frame.pushEntry(of: -2)
        _ = frame.attempt(arguments: 0, results: 0)
        frame.setCount(function)
    }

    private func makeWeakTable(_ frame: borrowing CallFrame, mode: String = "v") -> LuaReference? {
        frame.pushTable()
        frame.pushTable(fields: 1)
        frame.setField("__mode", mode)
        frame.setMetatable()
        return LuaReference(popping: frame)
    }

    /// Pushes what is known under the key in argument 1, made anew where nothing is.
    private func pushShared(
        _ frame: borrowing CallFrame,
        _ known: LuaReference?,
        make: (borrowing CallFrame) -> Void
    ) throws(HostError) {
        switch frame.type(at: 1) {
        case .none, .nil, .boolean, .number: throw .argument(1, "object expected")
        case .string, .table, .function, .userdata, .thread, .lightUserdata: break
        }
        frame.setCount(1)
        if let known { frame.push(known) } else { frame.pushTable() }
        frame.pushCopy(of: 1)
        frame.pushEntry(of: 2)
        guard frame.isNil(at: -1) else { return }
        frame.setCount(2)
        make(frame)
        let made = frame.count
        frame.pushCopy(of: 2)
        frame.pushCopy(of: 1)
        frame.pushCopy(of: made)
        frame.setEntry()
        frame.setCount(made)
    }

    // MARK: What the functions do

    private func act(_ frame: borrowing CallFrame, on mutex: ScriptMutex) throws(HostError) -> HostReturn {
        enum Act: String { case lock, trylock, done, running }
        let act: Act = try frame.option(at: 1)
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
        let isMine = mutex.tryLock(coroutine, address: frame.coroutineAddress, thread: thread)
        if act == .trylock {
            frame.push(isMine)
            return .results(1)
        }
        if isMine { return .nothing }
        try frame.requireSuspension()
        try refuseCircle(thread, mutex)
        mutex.wait(coroutine, address: frame.coroutineAddress, thread: thread) { [weak self] thread in
            self?.resume(thread) { _ in .nothing }
        }
        park(thread, on: .mutex(mutex)) { [weak mutex, weak thread] in
            if let thread { mutex?.forget(thread) }
        }
        return .suspended
    }

    private func act(
        _ frame: borrowing CallFrame,
        on condition: ConditionVariable
    ) throws(HostError) -> HostReturn {
        enum Act: String { case wait, signal, broadcast }
        let act: Act = try frame.option(at: 1)
        switch act {
        case .signal: condition.signal()
        case .broadcast: condition.broadcast()
        case .wait:
            let thread = try suspendableThread(frame)
            condition.wait(thread) { [weak self] thread in self?.resume(thread) { _ in .nothing } }
            park(thread, on: .condition) { [weak condition, weak thread] in
                if let thread { condition?.forget(thread) }
            }
            return .suspended
        }
        return .nothing
    }

    private func callerReference(_ frame: borrowing CallFrame) -> LuaReference? {
        frame.pushThread()
        return LuaReference(popping: frame)
    }
}
