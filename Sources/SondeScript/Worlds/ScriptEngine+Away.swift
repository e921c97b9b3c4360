// SPDX-License-Identifier: Apache-2.0

internal import SondeLua
internal import SondeModel

/// The engine of a world that is not the scan's own.
///
/// There a script may do only what nobody else can notice. Whatever it does beyond that (a connection, a look into the
/// registry, a mutex, a file, another thread) ends the instance, and it begins anew in the scan's own world: nothing of what it
/// did so far has left a trace, so nobody can tell. That is why every script may be tried.
extension ScriptEngine {
    /// Host functions that a script may call anywhere: they tell what does not change, or what only this instance sees.
    private static let allowedAway: Set<String> = [
        "address_family", "base", "clock", "clock_ms", "debugging", "fetchfile", "find_library",
        "file_limit", "get_interface",
        "get_payload_length", "get_random_bytes", "get_ttl", "gethostport", "getid", "getinfo", "gettid",
        "have_ssl", "instance",
        "integers", "is_privileged", "isworker", "has_library", "library_missing",
        "output_limit", "parse_ssl_certificate", "permits", "report", "rule_passed", "timing_level",
        "verbosity", "version_intensity",
        "go_home",
    ]

    /// What a host function does in this world.
    func body(of name: String, _ body: @escaping HostBody) -> HostBody {
        guard isAway, !Self.allowedAway.contains(name) else { return body }
        return { [unowned self] _ throws(HostError) in throw goHome() }
    }

    /// Ends the running instance here; the scan's own world begins it anew.
    private func goHome() -> HostError {
        if let current {
            current.run.goesHome = true
            current.doom = .dropped
            lua.tickSoon()
        }
        return .message("only the scan's own world can do this")
    }

    func installWayHome(_ frame: borrowing CallFrame) {
        add(frame, "go_home") { [self] _ throws(HostError) in throw goHome() }
    }

    /// Takes from scripts what could be noticed outside, before any library is loaded.
    func confine() throws(LuaError) {
        guard isAway, let prelude else { return }
        awayRegistry = try lua.withStack { (frame) throws(LuaError) -> LuaReference? in
            frame.push(prelude.confine)
            try frame.call(arguments: 0, results: 1)
            return LuaReference(popping: frame)
        }
    }

    /// Runs one script on one port or host; `completion` gets its record, or nothing if it must begin anew at home.
    func run(
        _ script: LoadedScript,
        _ kind: ScriptRule,
        _ port: Port?,
        on host: ActiveHost,
        completion: @escaping (ScriptRecord?) -> Void
    ) {
        var run: ScriptRun?
        let made = ScriptRun(
            host: host,
            kinds: [kind],
            levels: [[script]],
            eligiblePorts: { port.map { [$0] } ?? [] },
            completion: { _ in
                completion(run?.goesHome == false ? run?.record : nil)
                run = nil
            }
        )
        run = made
        start(made)
    }
}
