// SPDX-License-Identifier: Apache-2.0

/// Which language a script or library was written for; told by its text, so that old and new ones live side by side.
enum ScriptGeneration: Hashable, Sendable {
    /// Lua 5.1, with Nmap 5.00: libraries are globals, functions have environments.
    case lua51
    /// Lua 5.2 and newer.
    case present

    /// Judges a script.
    ///
    /// Old is one that calls `require` or `module` and drops the result, that has a numeric `runlevel`, or that uses a name
    /// which later versions of Lua do not have.
    init(ofScript text: [UInt8]) {
        var signs = OldSigns(text)
        self = signs.areFound ? .lua51 : .present
    }

    /// Judges a library: an old one says `module(...)` or `module("name")`.
    init(ofLibrary text: [UInt8]) {
        var signs = OldSigns(text, isLibrary: true)
        self = signs.areFound ? .lua51 : .present
    }
}

/// One walk over a text that looks for signs of Lua 5.1, comments and long strings left out.
private struct OldSigns {
    private let text: [UInt8]
    private let isLibrary: Bool
    private var index = 0

    /// Names that only Lua 5.1 had.
    private static let names = [
        "setfenv", "getfenv", "loadstring", "table.getn", "table.foreach", "table.foreachi", "table.maxn",
        "math.mod", "string.gfind", "package.seeall",
    ].map { Array($0.utf8) }

    init(_ text: [UInt8], isLibrary: Bool = false) {
        self.text = text
        self.isLibrary = isLibrary
    }

    /// Whether there is a sign.
    var areFound: Bool {
        mutating get {
            while index < text.count {
                if startsLineOfCode() {
                    if isOldStatement { return true }
                }
                if walkLine() { return true }
            }
            return false
        }
    }

    /// Skips blanks; false at a comment line, which is skipped too.
    private mutating func startsLineOfCode() -> Bool {
        while index < text.count, text[index] == 32 || text[index] == 9 { index += 1 }
        guard matches("--", at: index) else { return true }
        if matches("--[[", at: index) {
            skipLongString()
        } else {
            while index < text.count, text[index] != 10 { index += 1 }
        }
        return false
    }

    /// Goes to the next line; true where a name of old is called on the way.
    private mutating func walkLine() -> Bool {
        while index < text.count {
            switch text[index] {
            case 10:
                index += 1
                return false
            case UInt8(ascii: "[") where matches("[[", at: index): skipLongString()
            case UInt8(ascii: "-") where matches("--", at: index):
                while index < text.count, text[index] != 10 { index += 1 }
            case UInt8(ascii: "("), UInt8(ascii: ")"):
                if !isLibrary, isOldName(before: index) { return true }
                index += 1
            default: index += 1
            }
        }
        return false
    }

    private mutating func skipLongString() {
        while index < text.count, !matches("]]", at: index) { index += 1 }
        index = min(index + 2, text.count)
    }

    // MARK: Signs

    /// Whether the line that begins here is a statement of old.
    private var isOldStatement: Bool {
        if let rest = rest(after: "module") {
            let inner = rest < text.count && text[rest] == UInt8(ascii: "(") ? skippingBlanks(rest + 1) : rest
            return matches("...", at: inner) || isQuote(inner)
        }
        guard !isLibrary else { return false }
        if let rest = rest(after: "require") {
            return rest < text.count && text[rest] == UInt8(ascii: "(") || isQuote(rest)
        }
        guard let rest = rest(after: "runlevel"), matches("=", at: rest) else { return false }
        let value = skippingBlanks(rest + 1)
        return value < text.count && (48...57).contains(text[value])
    }

    /// The place after a word and blanks, if the word stands here.
    private func rest(after word: StaticString) -> Int? {
        let end = index + word.utf8CodeUnitCount
        guard matches(word, at: index), end < text.count, !text[end].isNameOctet else { return nil }
        return skippingBlanks(end)
    }

    private func skippingBlanks(_ start: Int) -> Int {
        var place = start
        while place < text.count, text[place] == 32 || text[place] == 9 { place += 1 }
        return place
    }

    private func isQuote(_ place: Int) -> Bool {
        place < text.count && (text[place] == UInt8(ascii: "\"") || text[place] == UInt8(ascii: "'"))
    }

    private func isOldName(before bracket: Int) -> Bool {
        var place = bracket
        while place > 0, text[place - 1] == 32 { place -= 1 }
        return Self.names.contains { name in
            guard place >= name.count, text[place - 1] == name[name.count - 1],
                text[place - name.count..<place].elementsEqual(name)
            else { return false }
            guard place > name.count else { return true }
            let before = text[place - name.count - 1]
            return !before.isNameOctet && before != UInt8(ascii: ".") && before != UInt8(ascii: ":")
        }
    }

    private func matches(_ word: StaticString, at place: Int) -> Bool {
        let count = word.utf8CodeUnitCount
        guard place + count <= text.count else { return false }
        return word.withUTF8Buffer { octets in
            for offset in 0..<count where unsafe octets[offset] != text[place + offset] { return false }
            return true
        }
    }
}

extension UInt8 {
    /// Whether the octet may stand in a name.
    fileprivate var isNameOctet: Bool {
        (48...57).contains(self) || (65...90).contains(self) || (97...122).contains(self) || self == 95
    }
}

extension Array<UInt8> {
    /// Whether a text occurs.
    func holds(_ text: String) -> Bool {
        let wanted = Array(text.utf8)
        guard let first = wanted.first, count >= wanted.count else { return wanted.isEmpty }
        return (0...count - wanted.count).contains { place in
            self[place] == first && self[place..<place + wanted.count].elementsEqual(wanted)
        }
    }
}
