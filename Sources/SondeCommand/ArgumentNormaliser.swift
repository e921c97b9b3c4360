// SPDX-License-Identifier: Apache-2.0

/// A command line in the one form that the parser reads.
struct NormalisedArguments: Hashable, Sendable {
    /// One flag as used.
    struct Use: Hashable, Sendable {
        /// The flag.
        let flag: FlagDeclaration
        /// Its value; nothing if it takes none.
        let value: String?
    }

    /// All flags, in typed order, also those that do nothing.
    var uses: [Use] = []
    /// All other words, in typed order.
    var targets: [String] = []
    /// The flags that do something, for the parser: `-sT`, `--name=value`.
    var words: [String] = []

    /// Whether a flag was used.
    func uses(_ flag: FlagDeclaration) -> Bool { uses.contains { $0.flag == flag } }
}

/// Turns what Nmap users type into what the parser reads (spec `cli`, section 1).
///
/// Letters are taken apart (`-sTU`, `-nv`), attached values get an equals sign (`-p1-100`, `-T4`, `-PS22`), long
/// names may have one dash and may be cut short, and flags and targets may stand in any order. The rules are
/// those of `getopt_long_only`. Nothing is read but the words and the catalogue.
struct ArgumentNormaliser {
    private let catalogue: FlagCatalogue
    private var rest: ArraySlice<String>
    private var result = NormalisedArguments()
    /// How many words of the line have been taken, counted from 1 as people do.
    private var position = 0

    /// Normalises a command line.
    ///
    /// - Parameters:
    ///   - arguments: the words after the program's name.
    ///   - catalogue: the flags that exist.
    /// - Returns: the flags and the other words.
    /// - Throws: ``UsageError`` for the first word that cannot be read.
    static func normalise(
        _ arguments: [String],
        catalogue: FlagCatalogue = .all
    ) throws(UsageError) -> NormalisedArguments {
        var normaliser = ArgumentNormaliser(catalogue: catalogue, rest: arguments[...])
        while let word = normaliser.next() { try normaliser.read(word) }
        return normaliser.result
    }

    private init(catalogue: FlagCatalogue, rest: ArraySlice<String>) {
        self.catalogue = catalogue
        self.rest = rest
    }

    private mutating func next() -> String? {
        position += 1
        return rest.popFirst()
    }

    private mutating func read(_ word: String) throws(UsageError) {
        if let first = word.unicodeScalars.first, Self.isForeignDash(first) {
            throw .syntax(
                "argument \(position), \(shown(word)), begins with a dash that is not '-'; type it again"
            )
        }
        if word == "--" {
            result.targets += rest
            rest = []
        } else if word == "-" {
            throw .value("bare '-' is no target: a blank between two dashes? (-iL - reads standard input)")
        } else if word.utf8.starts(with: "--".utf8) {
            try readLong(dropping(2, of: word), typed: word)
        } else if word.utf8.first == UInt8(ascii: "-") {
            try readShort(word)
        } else {
            result.targets.append(word)
        }
    }

    /// Dashes that text processors put in place of `-`, U+2010 to U+2015, and the minus sign.
    private static func isForeignDash(_ scalar: Unicode.Scalar) -> Bool {
        (0x2010...0x2015).contains(scalar.value) || scalar.value == 0x2212
            || scalar.value == 0x96 || scalar.value == 0x97
    }

    // MARK: Long names

    private mutating func readLong(_ text: String, typed: String) throws(UsageError) {
        let (name, value) = splitAtEquals(text)
        switch catalogue.match(longName: name) {
        case .one(let flag): try take(flag, attached: value)
        case .several(let flags): throw ambiguity(typed, flags)
        case .none: throw unknown(typed, name: name)
        }
    }

    private func splitAtEquals(_ text: String) -> (name: String, value: String?) {
        guard let equals = text.utf8.firstIndex(of: UInt8(ascii: "=")) else { return (text, nil) }
        return (String(text[..<equals]), String(Substring(text.utf8[equals...].dropFirst())))
    }

    private func ambiguity(_ typed: String, _ flags: [FlagDeclaration]) -> UsageError {
        let names = flags.prefix(8).map(\.name).joined(separator: ", ")
        return .syntax("option \(shown(typed)) is ambiguous: it could be \(names)")
    }

    private func unknown(_ typed: String, name: String) -> UsageError {
        guard let suggestion = catalogue.suggestion(for: name) else {
            return .syntax("unknown option \(shown(typed)); sonde -h lists all options")
        }
        return .syntax("unknown option \(shown(typed)); did you mean \(suggestion)?")
    }

    // MARK: Letters

    /// Reads a word with one dash: a long name if it is one, otherwise letters.
    private mutating func readShort(_ word: String) throws(UsageError) {
        let text = dropping(1, of: word)
        let isOneLetter = text.unicodeScalars.count == 1
        if !isOneLetter || catalogue["-" + text] == nil && !Self.groups.contains(text) {
            let (name, value) = splitAtEquals(text)
            if value != nil, name.utf8.count == 1, let flag = catalogue["-" + name],
                case .required = flag.value
            {
                return try take(flag, attached: value)
            }
            switch catalogue.match(longName: name) {
            case .one(let flag): return try take(flag, attached: value)
            case .several(let flags): throw ambiguity(word, flags)
            case .none: break
            }
        }
        try readLetters(text, typed: word)
    }

    /// Letters that are read together with what follows them.
    private static let groups = ["s", "P"]

    private mutating func readLetters(_ text: String, typed: String) throws(UsageError) {
        var remainder = text.unicodeScalars[...]
        while let letter = remainder.popFirst() {
            let after = String(remainder)
            switch letter {
            case "s": return try readScanTypes(after)
            case "P": return try readDiscoveryKind(after)
            case "v": return try readLevel(.verbose, .verbosityLevel, after)
            case "d": return try readLevel(.debug, .debugLevel, after)
            case "O": return try readSystemScan(after)
            case "o" where !after.isEmpty: throw deprecatedOutput(after)
            case "i" where after.hasPrefix("L"):
                throw .syntax(
                    "option \(shown(typed)): write -iL \(shown(dropping(1, of: after))), with a blank"
                )
            default: break
            }
            guard let flag = catalogue["-" + String(letter)] else { throw unknown(typed, name: text) }
            guard case .none = flag.value else {
                return try take(flag, attached: after.isEmpty ? nil : after)
            }
            try take(flag, attached: nil)
        }
    }

    private mutating func readScanTypes(_ letters: String) throws(UsageError) {
        guard !letters.isEmpty else {
            throw .syntax("-s alone says no scan type; write -sT, -sU, -sn or -sL")
        }
        for letter in letters.unicodeScalars {
            guard letter != "B" else { throw .syntax("no scan type 'B'; did you mean bounce scan, -b?") }
            guard letter != "I", let flag = catalogue["-s" + String(letter)] else {
                throw .syntax(
                    "scan type \(shown(String(letter))) in \(shown("-s" + letters)) is not supported; "
                        + "letters that are: \(scanLetters)"
                )
            }
            try take(flag, attached: nil)
        }
    }

    /// The letters of `-s`, as the catalogue has them.
    private var scanLetters: String {
        let letters = (UnicodeScalar("A").value...UnicodeScalar("z").value).compactMap(UnicodeScalar.init)
        let offered = letters.filter { letter in
            guard let flag = catalogue["-s" + String(letter)] else { return false }
            if case .refused = flag.availability { return false }
            return true
        }
        return offered.map(String.init).joined(separator: " ")
    }

    private mutating func readDiscoveryKind(_ text: String) throws(UsageError) {
        guard let kind = text.unicodeScalars.first else { return try take(.echoPing, attached: nil) }
        guard let flag = catalogue["-P" + String(kind)] else {
            throw .value(
                "\(shown("-P" + text)) is no discovery option; use -Pn, -PS, -PA, -PE, -PP or -PM"
            )
        }
        if case .none = flag.value {
            try take(flag, attached: nil)
        } else {
            try take(flag, attached: dropping(1, of: text))
        }
    }

    /// Reads what follows `-v` or `-d`: the same letter again, or a number.
    private mutating func readLevel(
        _ step: FlagDeclaration,
        _ level: FlagDeclaration,
        _ text: String
    ) throws(UsageError) {
        if let first = text.utf8.first, (48...57).contains(first) {
            guard text.utf8.allSatisfy({ (48...57).contains($0) }) else { throw badLevel(step, text) }
            return try take(level, attached: text)
        }
        guard text.utf8.allSatisfy({ $0 == step.name.utf8.last }) else { throw badLevel(step, text) }
        // Levels end at 10, so more letters say no more.
        for _ in 0...min(text.utf8.count, 10) { try take(step, attached: nil) }
    }

    private func badLevel(_ step: FlagDeclaration, _ text: String) -> UsageError {
        .value("invalid argument to \(step.name): \(shown(text)); repeat the letter or give a level, 0 to 10")
    }

    private mutating func readSystemScan(_ text: String) throws(UsageError) {
        guard text.isEmpty || text == "2" else {
            throw .value("unknown argument to -O: \(shown(text)); write -O")
        }
        try take(.osScan, attached: nil)
    }

    private func deprecatedOutput(_ text: String) -> UsageError {
        let file = dropping(1, of: text)
        let format = String(text.unicodeScalars.prefix(1))
        guard ["N", "X", "G", "A", "J", "H"].contains(format) else {
            return .syntax(
                "unknown output format in \(shown("-o" + text)); use -oN, -oX, -oG, -oJ, -oH or -oA FILE"
            )
        }
        return .value("\(shown("-o" + text)) has no blank; did you mean -o\(format) \(shown(file))?")
    }

    // MARK: Taking flags

    private mutating func take(_ flag: FlagDeclaration, attached: String?) throws(UsageError) {
        var value = attached
        switch flag.value {
        case .none:
            guard attached == nil else {
                throw .syntax("option \(flag.name) takes no value, but has \(shown(attached ?? ""))")
            }
        case .attached: value = attached ?? ""
        case .required(let what):
            if value == nil { value = next() }
            guard value != nil else {
                throw .syntax("option \(flag.name) needs a value: \(flag.name) \(what)")
            }
        }
        result.uses.append(NormalisedArguments.Use(flag: flag, value: value))
        switch flag.availability {
        case .offered, .hidden: result.words += parserWords(flag, value)
        case .standsFor(let word): result.words.append(word)
        case .withoutEffect, .unavailable, .later, .refused: break
        }
    }

    /// A flag as the parser reads it: the parser takes an equals sign with nothing behind it for no value.
    private func parserWords(_ flag: FlagDeclaration, _ value: String?) -> [String] {
        guard let value else { return [flag.name] }
        return value.isEmpty ? [flag.name, ""] : ["\(flag.name)=\(value)"]
    }

    private func dropping(_ count: Int, of text: String) -> String {
        String(Substring(text.utf8.dropFirst(count)))
    }
}
