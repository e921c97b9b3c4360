// SPDX-License-Identifier: Apache-2.0

package import SondeDatabase
internal import SondeModel
internal import SondeRegex

/// Recognises services by their answers.
///
/// Patterns are compiled, and the lines of a probe indexed, when they are first needed. Belongs to one thread.
package final class ServiceMatcher {
    /// The probes and their lines.
    package let file: ServiceProbesFile
    /// Told of patterns that cannot be compiled, or that cost too much with an answer.
    package var onProblem: (String) -> Void = { _ in }

    /// Octets of an answer that are looked at; a peer may send without end.
    package static let mostOctets = 1 << 16

    private let workspace = MatchWorkspace()
    private var indexes: [PatternIndex?]
    private var patterns: [Key: Pattern?] = [:]
    private let nullProbe: Int?
    private var users: [String: Set<Int>] = [:]

    private struct Key: Hashable {
        let probe: Int
        let match: Int
    }

    /// Makes a matcher for the lines of a file.
    package init(_ file: ServiceProbesFile) {
        self.file = file
        indexes = [PatternIndex?](repeating: nil, count: file.probes.count)
        nullProbe = file.probes.firstIndex(where: \.isNull)
    }

    /// Tries the lines that are meant for a probe's answer: its own, those of its fallbacks, and for TCP those of the probe
    /// that only listens.
    ///
    /// - Parameters:
    ///   - answer: all octets so far.
    ///   - probe: the probe's index in the file.
    /// - Returns: what the first matching line tells; nothing if none matches.
    package func match(_ answer: [UInt8], to probe: Int) -> ServiceFinding? {
        guard file.probes.indices.contains(probe), !answer.isEmpty else { return nil }
        let answer = answer.count > Self.mostOctets ? Array(answer.prefix(Self.mostOctets)) : answer
        let texts = AnswerTexts(answer)
        var tried: [Int] = []
        let last = file.probes[probe].transport == .tcp ? nullProbe.map { [$0] } ?? [] : []
        for candidate in [probe] + file.probes[probe].fallbacks + last where !tried.contains(candidate) {
            if let finding = match(answer, texts, linesOf: candidate) { return finding }
            tried.append(candidate)
        }
        return nil
    }

    /// Whether a probe has a line that recognises a service.
    package func probe(_ index: Int, knows service: String) -> Bool {
        if let known = users[service] { return known.contains(index) }
        let probes = Set(file.probes.indices.filter { file.probe($0, knows: service) })
        users[service] = probes
        return probes.contains(index)
    }

    private func match(_ answer: [UInt8], _ texts: AnswerTexts, linesOf probe: Int) -> ServiceFinding? {
        let index = indexes[probe] ?? PatternIndex(file.probes[probe], in: file)
        indexes[probe] = index
        var place = 0
        while let candidate = index.firstCandidate(from: place, for: texts) {
            place = candidate + 1
            let line = file.probes[probe].matches[candidate]
            guard let pattern = pattern(Key(probe: probe, match: candidate), line) else { continue }
            switch pattern.firstMatch(in: answer, using: workspace) {
            case .matched(let captures): return finding(line, probe, captures, answer)
            case .noMatch: continue
            case .exhausted:
                onProblem(
                    "line \(line.line) of \(file.name) was given up: its pattern costs too much with this answer"
                )
            }
        }
        return nil
    }

    private func pattern(_ key: Key, _ line: ServiceMatch) -> Pattern? {
        if let known = patterns[key] { return known }
        var options: PatternOptions = []
        if line.ignoresCase { options.insert(.ignoresCase) }
        if line.dotMatchesNewline { options.insert(.dotMatchesNewline) }
        let compiled: Pattern?
        do throws(PatternError) {
            compiled = try Pattern(file.pattern(of: line), options: options)
        } catch {
            onProblem("line \(line.line) of \(file.name) is left out: \(error)")
            compiled = nil
        }
        patterns[key] = .some(compiled)
        return compiled
    }

    private func finding(
        _ line: ServiceMatch,
        _ probe: Int,
        _ captures: Captures,
        _ answer: [UInt8]
    ) -> ServiceFinding {
        var finding = ServiceFinding(
            name: file.service(of: line),
            isSoft: line.isSoft,
            probe: probe,
            line: line.line
        )
        for template in file.templates(of: line) {
            guard let value = template.value({ group in captures[group].map { answer[$0] } }) else {
                continue
            }
            finding.set(template.field, value)
        }
        return finding
    }
}
