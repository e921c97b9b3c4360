// SPDX-License-Identifier: Apache-2.0

/// Finds flags by what was typed.
struct FlagCatalogue: Sendable {
    /// Flags by their full spelling with dashes, aliases included.
    private var spellings: [String: FlagDeclaration] = [:]
    /// Flags by the names that may follow one or two dashes, without dashes, in order of declaration.
    private var longNames: [(name: String, flag: FlagDeclaration)] = []

    /// All flags of the command.
    static let all = FlagCatalogue(FlagSection.all.flatMap(\.flags))

    /// Makes a catalogue; of two flags with one spelling the first counts.
    init(_ flags: [FlagDeclaration]) {
        for flag in flags {
            for spelling in [flag.name] + flag.aliases {
                if spellings[spelling] == nil { spellings[spelling] = flag }
                if let name = Self.longName(spelling) { longNames.append((name, flag)) }
            }
        }
    }

    /// The name of a long option without its dashes, or nothing for a letter, `-sS` and the like.
    private static func longName(_ spelling: String) -> String? {
        if spelling.hasPrefix("--") { return String(spelling.dropFirst(2)) }
        let bare = spelling.dropFirst()
        guard bare.count > 1 else { return nil }
        let isLetterGroup = (bare.hasPrefix("s") && bare != "sI") || bare.hasPrefix("P")
        return isLetterGroup ? nil : String(bare)
    }

    /// The flag with exactly this spelling, dashes included.
    subscript(_ spelling: String) -> FlagDeclaration? { spellings[spelling] }

    /// What a long name stands for.
    enum Match: Hashable, Sendable {
        /// One flag.
        case one(FlagDeclaration)
        /// The beginning of several.
        case several([FlagDeclaration])
        /// Nothing.
        case none
    }

    /// Finds a long name: the name itself, or a beginning that only one flag has.
    func match(longName text: String) -> Match {
        if let exact = longNames.first(where: { $0.name == text }) { return .one(exact.flag) }
        guard !text.isEmpty else { return .none }
        var found: [FlagDeclaration] = []
        for (name, flag) in longNames
        where !flag.isExactOnly && name.hasPrefix(text) && !found.contains(flag) {
            found.append(flag)
        }
        switch found.count {
        case 0: return .none
        case 1: return .one(found[0])
        default: return .several(found)
        }
    }

    /// The long flag whose name is nearest to a misspelt one, or nothing if none is near.
    func suggestion(for text: String) -> String? {
        guard (3...40).contains(text.utf8.count) else { return nil }
        let limit = max(1, text.utf8.count / 3)
        var best: (name: String, distance: Int)?
        for (name, flag) in longNames where flag.isShown {
            let distance = editDistance(text, name)
            if distance <= limit, distance < best?.distance ?? .max { best = (name, distance) }
        }
        guard let name = best?.name else { return nil }
        return spellings["--" + name] == nil ? "-" + name : "--" + name
    }
}

/// How many letters must be put in, taken out, changed or swapped with their neighbour to turn one word into
/// another.
///
/// - Complexity: the product of the lengths.
func editDistance(_ one: String, _ other: String) -> Int {
    let first = Array(one.utf8)
    let second = Array(other.utf8)
    var beforeLast: [Int] = []
    var last = Array(0...second.count)
    for row in first.indices {
        var current = [row + 1]
        for column in second.indices {
            let change = last[column] + (first[row] == second[column] ? 0 : 1)
            var best = min(change, last[column + 1] + 1, current[column] + 1)
            if row > 0, column > 0, first[row] == second[column - 1], first[row - 1] == second[column] {
                best = min(best, beforeLast[column - 1] + 1)
            }
            current.append(best)
        }
        (beforeLast, last) = (last, current)
    }
    return last[second.count]
}
