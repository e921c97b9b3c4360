// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import SondeCommand

@Suite struct FlagsTests {
    static let working = FlagSection.all.flatMap(\.flags).filter {
        ($0.availability == .offered || $0.availability == .hidden) && $0 != .completionScript
    }

    @Test("the parser knows every flag that the catalogue offers", arguments: working)
    func parserKnows(flag: FlagDeclaration) throws {
        let arguments = flag.value == .none ? [flag.name] : [flag.name, "1"]
        let attached = if case .attached = flag.value { true } else { false }
        let line = attached ? [flag.name + "1"] : arguments
        let normalised = try ArgumentNormaliser.normalise(line + ["host"])
        #expect(normalised.uses.first?.flag == flag)
        #expect(throws: Never.self) { try Invocation.parse(normalised) }
    }

    @Test("no two flags share a spelling")
    func spellingsAreUnique() {
        let spellings = FlagSection.all.flatMap(\.flags).flatMap { [$0.name] + $0.aliases }
        #expect(Set(spellings).count == spellings.count)
    }

    @Test("every flag that stands for another word stands for one that is read")
    func standInsAreRead() throws {
        for flag in FlagSection.all.flatMap(\.flags) {
            guard case .standsFor(let word) = flag.availability else { continue }
            #expect(try ArgumentNormaliser.normalise([word]).words == [word])
        }
    }

    @Test("the usage and the manual name every flag that is shown")
    func textsAreComplete() {
        let manual = ManualPage.text
        for flag in FlagSection.all.flatMap(\.flags) where flag.isShown {
            #expect(UsageText.usage.contains("  " + flag.synopsis))
            #expect(manual.contains("\\fB" + flag.name.replacing("-", with: "\\-") + "\\fR"))
        }
    }

    @Test(
        "values of any text reach the flags unchanged",
        arguments: ["", "-", "--", "-sT", "a=b", "é \n\u{1}"]
    )
    func valuesAreKept(text: String) throws {
        let line = try ArgumentNormaliser.normalise([
            "-p", text, "--script-args", text, "-e", text, "--", text,
        ])
        let flags = try Invocation.parse(line)
        #expect(flags.ports.portLists == [text])
        #expect(flags.scripts.arguments == text)
        #expect(flags.evasion.interface == text)
        #expect(line.targets == [text])
    }
}

@Suite struct FlagCatalogueTests {
    @Test(
        "the distance between words counts letters put in, taken out, changed or swapped",
        arguments: [
            ("", "", 0), ("a", "", 1), ("", "abc", 3), ("script", "script", 0), ("scirpt", "script", 1),
            ("scrip", "script", 1), ("scripts", "script", 1), ("skript", "script", 1), ("abc", "xyz", 3),
        ]
    )
    func distances(one: String, other: String, distance: Int) {
        #expect(editDistance(one, other) == distance)
        #expect(editDistance(other, one) == distance)
    }

    @Test("words that are near to no flag, or very long, get no suggestion")
    func noSuggestion() {
        #expect(FlagCatalogue.all.suggestion(for: "zzzzzzzzzz") == nil)
        #expect(FlagCatalogue.all.suggestion(for: "") == nil)
        #expect(FlagCatalogue.all.suggestion(for: String(repeating: "script", count: 10000)) == nil)
    }
}
