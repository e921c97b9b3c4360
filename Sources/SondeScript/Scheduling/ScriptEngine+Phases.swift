// SPDX-License-Identifier: Apache-2.0

internal import SondeLua
package import SondeModel

extension ScriptEngine {
    /// Whether a chosen script has a rule of a kind.
    package func hasScripts(_ kind: ScriptRule) -> Bool {
        levels.contains { $0.contains { $0.rules.contains(kind) } }
    }

    /// Whether any chosen script works on hosts or ports.
    package var hasHostScripts: Bool { hasScripts(.hostrule) || hasScripts(.portrule) }

    /// Runs the scripts that come before all hosts.
    ///
    /// - Parameters:
    ///   - done: what an earlier run has done.
    ///   - completion: called on the loop with their results.
    package func runBeforeHosts(
        skipping done: Set<ScriptTask> = [],
        completion: @escaping ([ScriptResult]) -> Void
    ) {
        start(
            ScriptRun(
                host: nil,
                kinds: [.prerule],
                levels: levels,
                done: done,
                eligiblePorts: { [] },
                completion: completion
            )
        )
    }

    /// Runs the scripts that come after all hosts.
    ///
    /// - Parameter completion: called on the loop with their results.
    package func runAfterHosts(completion: @escaping ([ScriptResult]) -> Void) {
        acceptsTargets = false
        start(
            ScriptRun(
                host: nil,
                kinds: [.postrule],
                levels: levels,
                eligiblePorts: { [] },
                completion: completion
            )
        )
    }

    /// Runs host and port scripts on a host that is up; their results are put into the host.
    ///
    /// Hosts do not wait for each other: each goes through its run levels by itself.
    ///
    /// - Parameters:
    ///   - host: the host, with its ports known.
    ///   - done: what an earlier run has done; its results are in the host already.
    ///   - completion: called on the loop when all its scripts have ended.
    package func run(
        on host: ActiveHost,
        skipping done: Set<ScriptTask> = [],
        completion: @escaping () -> Void
    ) {
        hosts.add(host)
        let run = ScriptRun(
            host: host,
            kinds: [.hostrule, .portrule],
            levels: levels,
            done: done,
            eligiblePorts: { host.host.ports.records { $0.state.mayBeOpen }.map(\.port) },
            completion: { _ in completion() }
        )
        run.registry = HostRegistry()
        start(run)
    }

    /// Gives up all scripts of a host; what they said so far stays.
    package func abandon(_ host: ActiveHost) {
        if let run = run(of: host) {
            abandon(run, reason: Self.hostGivenUp)
            worlds.cancel(run)
        }
        for thread in threads(on: host) { stop(thread, .dropped) }
    }

    /// Asks what runs to look soon whether the scan is to end; may be called from other threads and signal handlers.
    package func requestStop() { lua.requestStop() }

    /// Ends everything because the scan is interrupted: each script that runs or should have run is told of.
    package func interrupt() {
        for run in allRuns { abandon(run, reason: Self.interrupted) }
        stopWorlds(Self.interrupted)
        for thread in allThreads { stop(thread, .interrupted) }
    }

    // MARK: What a person is told

    /// Tells that a phase begins, with `-v` or `-d`.
    func tellStart(of run: ScriptRun) {
        guard !isAway else { return }
        let what =
            if let host = run.host {
                "Script scanning \(host.host.address.description)."
            } else {
                run.isLast ? "Script Post-scanning." : "Script Pre-scanning."
            }
        message(1, orVerbosity: 1, what)
        tellLevel(of: run)
    }

    /// Tells that a run level begins, with `-vv` or `-d`.
    func tellLevel(of run: ScriptRun) {
        message(1, orVerbosity: 2, "Starting runlevel \(run.levelNumber) (of \(max(1, levels.count))) scan.")
    }

    private func message(_ level: Int, orVerbosity verbosity: Int, _ text: @autoclosure () -> String) {
        guard settings.debugging >= level || settings.verbosity >= verbosity else { return }
        emit(.diagnostic(Diagnostic(.terminal, "NSE: \(text())")))
    }
}
