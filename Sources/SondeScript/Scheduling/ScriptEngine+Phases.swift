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
    /// - Parameter completion: called on the loop with their results.
    package func runBeforeHosts(completion: @escaping ([ScriptResult]) -> Void) {
        start(
            ScriptRun(
                host: nil,
                kinds: [.prerule],
                levels: levels,
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
    ///   - completion: called on the loop when all its scripts have ended.
    package func run(on host: ActiveHost, completion: @escaping () -> Void) {
        hosts.add(host)
        let run = ScriptRun(
            host: host,
            kinds: [.hostrule, .portrule],
            levels: levels,
            eligiblePorts: { host.host.ports.records { $0.state.mayBeOpen }.map(\.port) },
            completion: { _ in completion() }
        )
        run.registry = HostRegistry()
        start(run)
    }

    /// Gives up all scripts of a host; what they said so far stays.
    package func abandon(_ host: ActiveHost) {
        if let run = run(of: host) { abandon(run, reason: Self.hostGivenUp) }
        for thread in threads(on: host) { stop(thread, .dropped) }
    }

    /// Asks what runs to look soon whether the scan is to end; may be called from other threads and signal handlers.
    package func requestStop() { lua.requestStop() }

    /// Ends everything because the scan is interrupted: each script that runs or should have run is told of.
    package func interrupt() {
        for run in allRuns { abandon(run, reason: Self.interrupted) }
        for thread in allThreads { stop(thread, .interrupted) }
    }
}
