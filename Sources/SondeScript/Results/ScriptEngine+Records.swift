// SPDX-License-Identifier: Apache-2.0

internal import SondeIO
internal import SondeModel

/// What becomes of each script instance: one record per script and host or port, whether it said anything or not.
extension ScriptEngine {
    /// Why scripts of a host end before their time.
    static let hostGivenUp = "the host was given up"
    /// Why scripts of an interrupted scan end.
    static let interrupted = "the scan was interrupted"
    /// The most refusals that a person is told of; the records have all.
    private static let mostToldDenials = 50
    /// The longest text of an error that a record keeps, in octets.
    private static let longestReason = 1000

    /// Notes that a thread's function returned.
    func noteReturn(of thread: ScriptThread) {
        if let doom = thread.doom { noteDoom(doom, of: thread) }
        guard !thread.isWorker else { return }
        thread.account.end(thread.rulePassed ? .ok : .noMatch)
    }

    /// Notes that a thread failed with an error; a refusal before it is taken for its cause.
    func noteFailure(of thread: ScriptThread, _ text: String) {
        guard !thread.isWorker else { return }
        let state: ScriptRecord.State = thread.account.denials.isEmpty ? .error : .denied
        thread.account.end(state, Self.shortened(text))
    }

    /// Notes why a thread is stopped.
    func noteDoom(_ doom: ScriptThread.Doom, of thread: ScriptThread) {
        guard !thread.isWorker else { return }
        switch doom {
        case .timedOut: thread.account.end(.timeout, "its time limit ran out (--script-timeout)")
        case .heldUp:
            thread.account.end(.timeout, "one call kept all other scripts waiting for 5 seconds of CPU time")
        case .usedProcessor:
            thread.account.end(.timeout, "its limit of CPU time ran out (--script-cpu-limit)")
        case .usedMemory: thread.account.end(.memory, "its memory limit ran out (--script-memory)")
        case .dropped: thread.account.end(.cancelled, Self.hostGivenUp)
        case .interrupted: thread.account.end(.cancelled, Self.interrupted)
        case .skipped: thread.account.end(.cancelled, "it was skipped at the keyboard")
        }
    }

    /// Tells of a script's own thread that has ended.
    func emitRecord(of thread: ScriptThread) {
        let account = thread.account
        account.end(.cancelled, Self.interrupted)
        var record = makeRecord(
            ScriptRun.Task(script: thread.script, kind: thread.kind, port: thread.port),
            thread.run,
            account.state ?? .cancelled,
            account.reason,
            started: account.started
        )
        record.duration = max(0, (network.loop.clockNow - thread.started).seconds)
        record.cpu = account.processorTime.seconds
        record.bytesOut = account.bytesOut
        record.bytesIn = account.bytesIn
        record.denials = account.denials
        record.result = account.result
        if isAway { return thread.run.record = record }
        emit(.script(record))
        tellDenials(of: thread)
    }

    /// Tells what was refused to a script and what would allow it, once for each script and thing.
    private func tellDenials(of thread: ScriptThread) {
        for denial in thread.account.denials where toldDenials.count < Self.mostToldDenials {
            guard toldDenials.insert("\(thread.script.id) \(denial.subject)").inserted else { continue }
            let place =
                denial.subject.hasPrefix("DENIED ") ? denial.subject.dropFirst(7) : denial.subject[...]
            let text = "NSE: \(thread.script.id)\(thread.against) was refused \(place) (\(denial.remedy))"
            emit(.diagnostic(Diagnostic(.report, text)))
        }
    }

    /// Gives a run up and tells of the scripts that will not be started.
    func abandon(_ run: ScriptRun, reason: String) {
        for task in run.abandon() {
            emit(.script(makeRecord(task, run, .cancelled, reason, started: WallClock.now)))
        }
    }

    /// Tells of the scripts that were never tried, because there was nothing for them to work on.
    ///
    /// - Parameter wasInterrupted: whether the scan ended before its time.
    package func reportUntried(wasInterrupted: Bool) {
        for script in levels.joined() where !script.hasRecord {
            let kind = ScriptRule.allCases.first { script.rules.contains($0) } ?? .portrule
            let run = ScriptRun(host: nil, kinds: [], levels: [], eligiblePorts: { [] }, completion: { _ in })
            let record = makeRecord(
                ScriptRun.Task(script: script, kind: kind, port: nil),
                run,
                wasInterrupted ? .cancelled : .noMatch,
                wasInterrupted ? Self.interrupted : "there was nothing for it to work on",
                started: WallClock.now
            )
            emit(.script(record))
        }
    }

    /// Makes the record of an instance.
    func makeRecord(
        _ task: ScriptRun.Task,
        _ run: ScriptRun,
        _ state: ScriptRecord.State,
        _ reason: String?,
        started: Double
    ) -> ScriptRecord {
        task.script.hasRecord = true
        let host = run.host?.host
        return ScriptRecord(
            id: task.script.id,
            phase: ScriptPhase(rawValue: task.kind.rawValue) ?? .portrule,
            address: host?.address,
            targetName: host?.targetName,
            port: task.port,
            state: state,
            reason: reason,
            started: started,
            duration: 0
        )
    }

    private static func shortened(_ text: String) -> String {
        text.utf8.count <= longestReason
            ? text : String(decoding: text.utf8.prefix(longestReason), as: UTF8.self) + "…"
    }
}
