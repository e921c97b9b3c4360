// SPDX-License-Identifier: Apache-2.0

import SondeDatabase
import SondeModel
import SondeRegex

@testable import SondeScan

/// What services answer, against lines that are ours or the input's.
enum AnswerTargets {
    static let all = [
        FuzzTarget("service-answer", answer), FuzzTarget("pattern", most: 512, pattern),
    ]

    /// Lines with every kind of template.
    private static let lines = """
        Probe TCP NULL q||
        ports 1-65535
        match ssh m|^SSH-([\\d.]+)-([\\w._-]+)| p/ssh/ v/$2/ i/protocol $1/ cpe:/a:ssh:$2/
        match ftp m|^220[ -](.{0,80}?)\\r\\n|s p/$P(1)/ h/$SUBST(1,"_",".")/
        match bin m|^\\x00(.{1,8})\\xff|s p/bin/ v/$I(1,">")/ i/$I(1,"<")/
        softmatch http m|^HTTP/1\\.[01] \\d\\d\\d| o/x/
        Probe TCP GetRequest q|GET / HTTP/1.0\\r\\n\\r\\n|
        fallback NULL
        match http m|^HTTP/1\\.[01] (\\d+).*\\r\\nServer: ([^\\r\\n]*)|is p/$2/ i/$1/ d/x/
        Probe UDP DNS q|\\0\\0\\x10\\0|
        match domain m|^\\0\\0.{10}(.*)$|s p/dns/ v/$P(1)/
        """

    private static func answer(_ octets: [UInt8]) throws {
        let matcher = ServiceMatcher(try ServiceProbesFile(parsing: Array(lines.utf8)))
        let head = ServiceFingerprint.Head(
            version: "1",
            platform: "x",
            intensity: 7,
            time: 1,
            isLong: octets.count.isMultiple(of: 2)
        )
        var fingerprint = ServiceFingerprint(head, port: Port(80, .tcp), isTunnelled: octets.first == 1)
        for probe in 0..<matcher.file.probes.count {
            _ = matcher.match(octets, to: probe)
            fingerprint.add(octets, to: matcher.file.probes[probe].name)
        }
        let text = fingerprint.text ?? ""
        try promise(text.utf8.allSatisfy { (0x20...0x7E).contains($0) || $0 == 10 }, "a raw fingerprint")
    }

    /// A pattern and a text: the index over patterns must not pass over a line that matches.
    private static func pattern(_ octets: [UInt8]) throws {
        var input = FuzzInput(octets)
        let flags = input.octet()
        let pattern = input.part()
        let subject = input.remainder()
        var options: PatternOptions = []
        if flags & 1 == 1 { options.insert(.ignoresCase) }
        if flags & 2 == 2 { options.insert(.dotMatchesNewline) }
        guard !pattern.contains(0), !pattern.contains(10), !pattern.contains(13), !pattern.contains(1),
            !subject.isEmpty, let compiled = try? Pattern(pattern, options: options)
        else { return }
        let outcome = compiled.firstMatch(in: subject, using: MatchWorkspace())
        guard case .matched(let captures) = outcome else { return }
        for group in 0...compiled.groupCount {
            guard let range = captures[group] else { continue }
            try promise(range.upperBound <= subject.count, "a group ends behind the subject")
        }
        let marks = (flags & 1 == 1 ? "i" : "") + (flags & 2 == 2 ? "s" : "")
        let line =
            Array("Probe TCP NULL q||\nmatch a m\u{1}".utf8) + pattern + [1] + Array("\(marks) p/x/\n".utf8)
        guard let file = try? ServiceProbesFile(parsing: line), file.probes[0].matches.count == 1 else {
            return
        }
        try promise(ServiceMatcher(file).match(subject, to: 0) != nil, "the index passes over a match")
    }
}
