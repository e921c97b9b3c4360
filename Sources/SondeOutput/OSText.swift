// SPDX-License-Identifier: Apache-2.0

internal import SondeModel
internal import SondeText

/// What reports say of a host's operating system (spec page `os-detection`, section 8).
struct OSText {
    /// The form in which a report gives the fingerprint.
    enum FingerprintForm: Hashable {
        /// Not at all.
        case none
        /// Each test on a line.
        case plain
        /// Cut into lines of equal length, ready to be sent in.
        case wrapped
    }

    /// Members of each list of kinds of system beyond which the lists tell nothing.
    private static let mostKinds = 8
    /// Systems that are guessed at most.
    private static let mostGuesses = 10
    /// How much worse than the best a guess may be.
    private static let guessSpan = 0.1

    let host: Host
    let result: OSResult
    let options: ReportOptions

    /// Takes a host; nothing if its system was not looked for.
    init?(_ host: Host, _ options: ReportOptions) {
        guard let result = host.os else { return nil }
        self.host = host
        self.result = result
        self.options = options
    }

    private var isTalkative: Bool { options.debugging > 0 || options.verbosity > 1 }
    private var perfectCount: Int { result.perfectMatches.count }

    /// Whether systems are named.
    private var namesSystems: Bool {
        result.verdict == .matches
            && (perfectCount <= OSResult.mostPerfectMatches || options.debugging > 0)
    }

    /// Whether systems that fit less than perfectly are named as guesses.
    private var isGuessing: Bool { result.isGuessing || result.unsuitability != nil }

    /// The matches that reports list: the perfect ones, otherwise the best.
    var listed: ArraySlice<OSMatch> {
        guard namesSystems, let best = result.matches.first else { return [] }
        guard perfectCount == 0 else { return result.perfectMatches }
        return result.matches.prefix(Self.mostGuesses).prefix {
            $0.accuracy == best.accuracy || $0.accuracy > best.accuracy - Self.guessSpan
        }
    }

    // MARK: Normal output

    /// The lines of the normal report.
    var lines: [String] {
        var lines: [String] = []
        let isHopeless = result.verdict == .tooMany || perfectCount > OSResult.mostPerfectMatches
        if result.isUnreliable, !isHopeless || options.debugging > 0 {
            lines.append(
                "Warning: OSScan results may be unreliable because we could not find at least 1 open and 1 closed port"
            )
        }
        lines += kindLines
        if namesSystems {
            lines += perfectCount > 0 ? perfectLines : guessLines
        } else if result.verdict == .none {
            lines += noMatchLines
        } else {
            lines.append("Too many fingerprints match this host to give specific OS details")
        }
        return lines + fingerprintLines + sequenceLines
    }

    private var perfectLines: [String] {
        ["OS details: " + listed.map { printable($0.name) }.joined(separator: ", ")]
    }

    private var guessLines: [String] {
        var lines: [String] = []
        if isTalkative, let reason = result.unsuitability {
            lines.append("OS fingerprint not ideal because: \(printable(reason))")
        }
        if isGuessing {
            let guesses = listed.map { "\(printable($0.name)) (\($0.percent)%)" }
            lines.append("Aggressive OS guesses: " + guesses.joined(separator: ", "))
        }
        lines.append(
            "No exact OS matches for host"
                + (result.unsuitability == nil ? "." : " (test conditions non-ideal).")
        )
        return lines
    }

    private var noMatchLines: [String] {
        guard let reason = result.unsuitability else { return ["No OS matches for host."] }
        return ["OS fingerprint not ideal because: \(printable(reason))", "No OS matches for host."]
    }

    // MARK: Fingerprint

    /// How the fingerprint is given: to be sent in where nothing fits, and in any case to the talkative.
    var fingerprintForm: FingerprintForm {
        let isGood = result.unsuitability == nil
        if result.verdict != .tooMany, namesSystems || result.verdict == .none {
            guard perfectCount == 0 else { return isTalkative ? .wrapped : .none }
            return isGood ? .wrapped : isTalkative ? .plain : .none
        }
        return isTalkative ? .plain : .none
    }

    /// The fingerprint in the form in which it is given, each line with its end; nothing if it is not.
    var fingerprint: String? {
        guard let text = OSFingerprintText(host, isGood: fingerprintForm == .plain ? false : nil) else {
            return nil
        }
        switch fingerprintForm {
        case .none: return nil
        case .plain: return text.plain
        case .wrapped: return text.wrapped.map { $0 + "\n" }.joined()
        }
    }

    private var fingerprintLines: [String] {
        guard let fingerprint else { return [] }
        // The text ends its last line itself, which leaves an empty one.
        return ["TCP/IP fingerprint:"]
            + fingerprint.split(separator: "\n", omittingEmptySubsequences: false).map {
                printable(String($0))
            }
    }

    // MARK: Kinds of system

    /// Device types, families and names of platforms; none if there are too many to tell anything.
    private var kindLines: [String] {
        guard perfectCount > 0 || isGuessing else { return [] }
        let entries = kinds
        var types: [String] = []
        var families: [Family] = []
        var cpes: [String] = []
        for entry in entries {
            let kind = entry.osClass
            if !types.contains(kind.type) { types.append(kind.type) }
            if let known = families.firstIndex(where: { $0.isOf(kind) }) {
                families[known].add(kind)
            } else {
                families.append(Family(entry))
            }
            for cpe in kind.cpes where !cpes.contains(cpe) { cpes.append(cpe) }
        }
        guard !types.isEmpty, [types.count, families.count, cpes.count].allSatisfy({ $0 <= Self.mostKinds })
        else { return [] }
        let isPerfect = perfectCount > 0
        var lines = ["Device type: " + printable(types.joined(separator: "|"))]
        let shown = families.map { $0.text(withAccuracy: !isPerfect) }.joined(separator: ", ")
        lines.append("Running\(isPerfect ? "" : " (JUST GUESSING)"): " + printable(shown))
        if !cpes.isEmpty { lines.append("OS CPE: " + printable(cpes.joined(separator: " "))) }
        return lines
    }

    /// The kinds that count: of guesses only the best.
    private var kinds: ArraySlice<OSClassification.Entry> {
        let entries = OSClassification(result).entries
        guard perfectCount == 0, let best = entries.first else { return entries[...] }
        return entries.prefix(Self.mostGuesses).prefix {
            $0.accuracy == best.accuracy || $0.accuracy > best.accuracy - Self.guessSpan
        }
    }

    private struct Family {
        let vendor: String
        let family: String
        let accuracy: Double
        var generations: [String] = []

        init(_ entry: OSClassification.Entry) {
            vendor = entry.osClass.vendor
            family = entry.osClass.family
            accuracy = entry.accuracy
            add(entry.osClass)
        }

        func isOf(_ kind: OSClass) -> Bool { vendor == kind.vendor && family == kind.family }

        mutating func add(_ kind: OSClass) {
            guard let generation = kind.generation, !generations.contains(generation) else { return }
            generations.append(generation)
        }

        func text(withAccuracy: Bool) -> String {
            var text = vendor == family ? family : "\(vendor) \(family)"
            if !generations.isEmpty { text += " " + generations.joined(separator: "|") }
            return withAccuracy ? text + " (\(Int(accuracy * 100))%)" : text
        }
    }

    // MARK: Uptime, distance, sequences

    /// How long the host has been up, seconds; nothing if that is not known.
    var uptime: Int? { result.sequence.uptime(at: host.ended ?? result.time) }

    private var sequenceLines: [String] {
        var lines: [String] = []
        let sequence = result.sequence
        if options.verbosity > 0, let boot = sequence.lastBoot, let uptime {
            let days = NumberText.fixed(Double(uptime) / 86_400, decimals: 3)
            lines.append("Uptime guess: \(days) days (since \(LocalTime(boot).long))")
        }
        if let hops = host.distance?.hops {
            lines.append("Network Distance: \(hops) hop\(hops == 1 ? "" : "s")")
        }
        guard options.verbosity > 0 else { return lines }
        if let difficulty = sequence.difficulty {
            let word = OSSequence.word(forDifficulty: difficulty)
            lines.append("TCP Sequence Prediction: Difficulty=\(difficulty) (\(word))")
        }
        if let words = sequence.identifierClass { lines.append("IP ID Sequence Generation: \(words)") }
        return lines
    }
}
