// SPDX-License-Identifier: Apache-2.0

internal import SondeIO
internal import SondeLua
internal import SondeModel

/// What the engine adds to `stdnse`, and what the prelude asks of the engine.
extension ScriptEngine {
    func installHooks(_ frame: borrowing CallFrame) {
        add(frame, "base") { [self] frame in
            if let current { frame.push(current.coroutine.reference) } else { frame.pushNil() }
            return .results(1)
        }
        add(frame, "gettid") { [self] frame in
            guard let current else { return .nothing }
            frame.push("thread: 0x\(current.base.addressText)")
            return .results(1)
        }
        add(frame, "getid") { [self] frame in
            guard let current else { return .nothing }
            frame.push(current.script.id)
            return .results(1)
        }
        add(frame, "getinfo") { [self] frame in
            guard let current else { return .nothing }
            frame.push(current.info)
            return .results(1)
        }
        add(frame, "gethostport") { [self] frame in
            guard let current else { return .nothing }
            guard let host = current.run.host else {
                frame.pushNil()
                frame.pushNil()
                return .results(2)
            }
            pushHost(frame, host, registry: current.run.registry)
            if let port = current.port { pushPort(frame, host, port) } else { frame.pushNil() }
            return .results(2)
        }
        add(frame, "isworker") { [self] frame in
            frame.push(current?.isWorker ?? false)
            return .results(1)
        }
        installWorkers(frame)
    }

    private func installWorkers(_ frame: borrowing CallFrame) {
        add(frame, "start_worker") { [self] (frame) throws(HostError) in
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
        add(frame, "worker_error") { [self] (frame) throws(HostError) in
            let worker = try frame.object(at: 1, as: types.thread)
            if worker.doom == .timedOut {
                frame.push("timed out")
            } else if worker.strayYield {
                frame.push("yielded unexpectedly and cannot be resumed")
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

    // MARK: For the prelude

    func installPreludeHelpers(_ frame: borrowing CallFrame) {
        add(frame, "nonconforming") { [self] _ in
            let text = "finalizing a non-conforming function that did not first return a boolean"
            emit(.diagnostic(Diagnostic(.standardError, text)))
            return .nothing
        }
        add(frame, "rule_passed") { [self] _ in
            guard let current else { return .nothing }
            current.rulePassed = true
            message(1, "Starting \(debugName(current))\(current.against).")
            return .nothing
        }
        add(frame, "find_library") { [self] (frame) throws(HostError) in try findLibrary(frame) }
        add(frame, "has_library") { [self] (frame) throws(HostError) in
            frame.push(hasLibrary(try frame.text(at: 1)))
            return .results(1)
        }
        add(frame, "library_missing") { [self] (frame) throws(HostError) in
            let text = try frame.text(at: 1)
            message(1, text)
            return .nothing
        }
        add(frame, "report") { [self] (frame) throws(HostError) in try report(frame) }
    }
}
