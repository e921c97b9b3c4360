// SPDX-License-Identifier: Apache-2.0

/// Texts that every match of a pattern contains, found without compiling it.
///
/// Knows the syntax well enough to pass over what it does not follow: where in doubt, a text is left out, never made up.
struct PatternLiterals: Equatable {
    /// Runs of octets that a match contains, in order; as written, so in either case if the pattern says so.
    private(set) var runs: [[UInt8]] = []
    /// The octets that a match begins with, at the start of the subject; empty if it may begin anywhere.
    private(set) var prefix: [UInt8] = []

    private let octets: ArraySlice<UInt8>
    private var position: Int
    private var run: [UInt8] = []
    private var runIsPrefix = false
    private var isUnreadable = false

    /// Most groups within groups that are followed.
    private static let deepest = 50

    /// Reads a pattern, an octet at a time, as compiled without options that change its syntax.
    init(_ pattern: ArraySlice<UInt8>) {
        octets = pattern
        position = pattern.startIndex
        if next == UInt8(ascii: "^") {
            position += 1
            runIsPrefix = true
        }
        let hasChoice = readSequence(depth: 0)
        if isUnreadable || hasChoice || position < octets.endIndex {
            runs = []
            prefix = []
        }
    }

    static func == (one: PatternLiterals, other: PatternLiterals) -> Bool {
        one.runs == other.runs && one.prefix == other.prefix
    }

    private var next: UInt8? { position < octets.endIndex ? octets[position] : nil }

    /// Ends the run of octets that follow each other.
    private mutating func endRun() {
        if !run.isEmpty { runs.append(run) }
        if runIsPrefix { prefix = run }
        runIsPrefix = false
        run = []
    }

    /// Reads up to the end or a closing parenthesis: whether there are alternatives.
    private mutating func readSequence(depth: Int) -> Bool {
        var hasChoice = false
        while let octet = next, !isUnreadable {
            switch octet {
            case UInt8(ascii: ")"):
                endRun()
                return hasChoice
            case UInt8(ascii: "|"):
                position += 1
                hasChoice = true
                endRun()
            case UInt8(ascii: "("): readGroup(depth: depth)
            case UInt8(ascii: "["):
                skipClass()
                endAtom()
            case UInt8(ascii: "."), UInt8(ascii: "^"), UInt8(ascii: "$"):
                position += 1
                endAtom()
            case UInt8(ascii: "\\"): readEscape()
            default:
                position += 1
                take(octet)
            }
        }
        endRun()
        return hasChoice
    }

    // MARK: Atoms

    /// Takes an octet that stands for itself, unless its quantifier allows that it is missing.
    private mutating func take(_ octet: UInt8) {
        switch readQuantifier() {
        case nil: run.append(octet)
        case 0?: endRun()
        case _?:
            run.append(octet)
            endRun()
        }
    }

    /// Passes over the quantifier of something that is no text.
    private mutating func endAtom() {
        endRun()
        _ = readQuantifier()
    }

    /// Passes over a quantifier: how often its atom must be there, or nothing if there is none.
    private mutating func readQuantifier() -> Int? {
        let least: Int
        switch next {
        case UInt8(ascii: "*"), UInt8(ascii: "?"):
            position += 1
            least = 0
        case UInt8(ascii: "+"):
            position += 1
            least = 1
        case UInt8(ascii: "{"):
            guard let counted = readCount() else { return nil }
            least = counted
        default: return nil
        }
        if next == UInt8(ascii: "?") || next == UInt8(ascii: "+") { position += 1 }
        return least
    }

    /// Passes over `{2}`, `{2,}`, `{2,5}` or `{,5}`; braces around anything else are texts.
    private mutating func readCount() -> Int? {
        var index = position + 1
        var least = 0
        let first = index
        while index < octets.endIndex, (48...57).contains(octets[index]) {
            least = min(least * 10 + Int(octets[index] - 48), 1000)
            index += 1
        }
        let hasDigits = index > first
        if index < octets.endIndex, octets[index] == UInt8(ascii: ",") {
            index += 1
            while index < octets.endIndex, (48...57).contains(octets[index]) { index += 1 }
        } else if !hasDigits {
            return nil
        }
        guard index < octets.endIndex, octets[index] == UInt8(ascii: "}") else { return nil }
        position = index + 1
        return least
    }

    /// Passes over `[…]`.
    private mutating func skipClass() {
        position += 1
        if next == UInt8(ascii: "^") { position += 1 }
        if next == UInt8(ascii: "]") { position += 1 }
        while let octet = next, octet != UInt8(ascii: "]") {
            position += 1
            if octet == UInt8(ascii: "\\") {
                // Quoting by \Q may hide the bracket that ends the class.
                if next == UInt8(ascii: "Q") { isUnreadable = true }
                position += 1
            } else if octet == UInt8(ascii: "["), let kind = next, ":.=".utf8.contains(kind) {
                skipNamedClass(kind)
            }
        }
        position += 1
    }

    /// Passes over `[:alpha:]` inside a class, if it is one.
    private mutating func skipNamedClass(_ kind: UInt8) {
        var index = position + 1
        while index < octets.endIndex,
            (97...122).contains(octets[index] | 32) || octets[index] == UInt8(ascii: "^")
        {
            index += 1
        }
        guard index + 1 < octets.endIndex, octets[index] == kind, octets[index + 1] == UInt8(ascii: "]")
        else { return }
        position = index + 2
    }

    // MARK: Groups

    private mutating func readGroup(depth: Int) {
        endRun()
        position += 1
        guard depth < Self.deepest, let kind = readGroupKind() else {
            isUnreadable = true
            return
        }
        if kind == .comment {
            // A quantifier behind a comment is about what stands before it, which is already taken.
            if let next, "*+?{".utf8.contains(next) { isUnreadable = true }
            return
        }
        let known = runs.count
        let hasChoice = readSequence(depth: depth + 1)
        guard next == UInt8(ascii: ")") else {
            isUnreadable = true
            return
        }
        position += 1
        let least = readQuantifier() ?? 1
        if hasChoice || least == 0 || kind == .assertion { runs.removeSubrange(known...) }
    }

    private enum GroupKind { case group, assertion, comment }

    /// Passes over what follows an opening parenthesis; nothing for kinds that are not followed.
    private mutating func readGroupKind() -> GroupKind? {
        guard next == UInt8(ascii: "?") else { return next == UInt8(ascii: "*") ? nil : .group }
        position += 1
        defer { position += 1 }
        switch next {
        case UInt8(ascii: ":"), UInt8(ascii: ">"): return .group
        case UInt8(ascii: "="), UInt8(ascii: "!"): return .assertion
        case UInt8(ascii: "#"):
            while let octet = next, octet != UInt8(ascii: ")") { position += 1 }
            return .comment
        case UInt8(ascii: "<"):
            position += 1
            if next == UInt8(ascii: "=") || next == UInt8(ascii: "!") { return .assertion }
            while let octet = next, octet != UInt8(ascii: ">") { position += 1 }
            return .group
        default: return nil
        }
    }

    // MARK: Escapes

    private mutating func readEscape() {
        position += 1
        guard let octet = next else {
            isUnreadable = true
            return
        }
        position += 1
        switch octet {
        case UInt8(ascii: "x"): readHexadecimal()
        case UInt8(ascii: "0"): take(readOctal())
        case UInt8(ascii: "n"): take(10)
        case UInt8(ascii: "r"): take(13)
        case UInt8(ascii: "t"): take(9)
        case UInt8(ascii: "f"): take(12)
        case UInt8(ascii: "e"): take(27)
        case UInt8(ascii: "a"): take(7)
        case UInt8(ascii: "p"), UInt8(ascii: "P"):
            if next == UInt8(ascii: "{") {
                while let other = next, other != UInt8(ascii: "}") { position += 1 }
            }
            position += 1
            endAtom()
        case let octet where "dDwWsShHvVNRXbBAZzG".utf8.contains(octet): endAtom()
        case let octet where (48...57).contains(octet) || (97...122).contains(octet | 32): isUnreadable = true
        default: take(octet)
        }
    }

    /// Reads up to two hexadecimal digits.
    private mutating func readHexadecimal() {
        guard next != UInt8(ascii: "{") else {
            isUnreadable = true
            return
        }
        var value: UInt8 = 0
        for _ in 0..<2 {
            guard let digit = next.flatMap(Self.hexValue) else { break }
            value = value << 4 | digit
            position += 1
        }
        take(value)
    }

    /// Reads up to two octal digits behind a zero.
    private mutating func readOctal() -> UInt8 {
        var value: UInt8 = 0
        for _ in 0..<2 {
            guard let digit = next, (48...55).contains(digit) else { break }
            value = value << 3 | (digit - 48)
            position += 1
        }
        return value
    }

    private static func hexValue(_ octet: UInt8) -> UInt8? {
        switch octet {
        case 48...57: octet - 48
        case 65...70: octet - 55
        case 97...102: octet - 87
        default: nil
        }
    }
}
