// SPDX-License-Identifier: Apache-2.0

internal import Glibc
internal import Sonde

/// `sonde script`: tells about scripts.
enum ScriptCommand {
    static func run(_ arguments: [String]) throws(CommandFailure) -> Int32 {
        let words = try CommandWords(arguments, values: ["--datadir", "-o", "--output"])
        var rules = words.words
        guard let what = rules.first else {
            throw .usage("say what: sonde script list, show, args NAME, lock NAME or check")
        }
        rules.removeFirst()
        var plan = ScanPlan()
        plan.files.directory = words.value("--datadir")
        if what == "names" {
            let all = ScanSession.installedScripts(plan.files)
            let names = Set(all.map(\.name)).union(all.flatMap(\.categories)).union(["all"])
            return StandardStreams.write(names.sorted().joined(separator: "\n") + "\n") == .written ? 0 : 1
        }
        let known = ["list", "show", "args", "check"]
        guard known.contains(what) else {
            let near = known.min { editDistance($0, what) < editDistance($1, what) } ?? "list"
            throw .usage(
                "\(shown(what)) is not known; did you mean \(near)? All: \(known.joined(separator: " "))"
            )
        }
        if what == "check", rules.isEmpty { return try check(plan) }
        if rules.isEmpty, what == "list" { rules = ["all"] }
        guard !rules.isEmpty else { throw .usage("name a script: sonde script \(what) http-title") }
        plan.scripts.helpRules = rules
        do throws(ScanError) {
            if what == "lock" { return try lock(plan, words.value("--output") ?? words.value("-o")) }
            let scripts = try ScanSession(plan).scriptDescriptions()
            let text =
                switch what {
                case "list": scripts.map { "\($0.id)\t\($0.categories.joined(separator: ","))\n" }.joined()
                case "show": scripts.map(\.text).joined(separator: "\n")
                case "args": scripts.map(\.argumentsText).joined(separator: "\n")
                default:
                    throw ScanError(
                        .usage,
                        "\(shown(what)) is not known; write list, show, args, lock or check"
                    )
                }
            return StandardStreams.write(text) == .written ? 0 : 1
        } catch {
            throw error.kind == .usage ? .usage(error.message) : .failure(error.message)
        }
    }
}

extension ScriptCommand {
    /// Writes the hashes of the chosen scripts and of their libraries to a file, or to standard output.
    private static func lock(_ plan: ScanPlan, _ path: String?) throws(ScanError) -> Int32 {
        let text = try ScanSession(plan).scriptLock()
        guard let path, path != "-" else { return StandardStreams.write(text) == .written ? 0 : 1 }
        let octets = Array(text.utf8)
        let descriptor = unsafe open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
        guard descriptor >= 0 else { throw ScanError(.failure, "cannot write \(shown(path))") }
        defer { close(descriptor) }
        // A lock is short: it is written at once or not at all.
        let written = unsafe octets.withUnsafeBytes { unsafe write(descriptor, $0.baseAddress, $0.count) }
        guard written == octets.count else { throw ScanError(.failure, "cannot write \(shown(path))") }
        return 0
    }

    /// Tries to load every installed script; the status is 1 if one cannot be.
    private static func check(_ plan: ScanPlan) throws(CommandFailure) -> Int32 {
        let report: ScriptCheck
        do throws(ScanError) {
            report = try ScanSession(plan).checkScripts()
        } catch {
            throw error.kind == .usage ? .usage(error.message) : .failure(error.message)
        }
        var text = ""
        for failure in report.failed {
            text += "\(printable(failure.path, limit: 400)): \(printable(failure.reason, limit: 400))\n"
        }
        for path in report.refused {
            text += "\(printable(path, limit: 400)): asks for a library that is not there\n"
        }
        text += "\(report.loaded.count) scripts load, \(report.failed.count + report.refused.count) do not\n"
        let isFine = report.failed.isEmpty && report.refused.isEmpty
        return StandardStreams.write(text) == .written && isFine ? 0 : 1
    }
}

extension ScriptDescription {
    /// The script for people.
    var text: String {
        var text = "\(id)\n  categories: \(categories.joined(separator: " "))\n  file: \(path)\n"
        for line in description.split(separator: "\n", omittingEmptySubsequences: false) {
            text += "  " + printable(String(line), limit: 400) + "\n"
        }
        return arguments.isEmpty ? text : text + argumentsText
    }

    /// Its arguments for people.
    var argumentsText: String {
        guard !arguments.isEmpty else { return "\(id) documents no arguments\n" }
        var text = "\(id) takes:\n"
        for argument in arguments {
            text += "  \(printable(argument.name, limit: 100)) (\(argument.kind.rawValue))\n"
            if !argument.summary.isEmpty { text += "      \(printable(argument.summary, limit: 600))\n" }
        }
        return text
    }
}
