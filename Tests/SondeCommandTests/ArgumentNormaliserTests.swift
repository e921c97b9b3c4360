// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import SondeCommand

@Suite struct ArgumentNormaliserTests {
    /// A line as typed, parted by blanks, and what the parser gets.
    struct Row: Sendable, CustomTestStringConvertible {
        let typed: String
        let read: String
        var testDescription: String { typed }

        init(_ typed: String, _ read: String) {
            self.typed = typed
            self.read = read
        }
    }

    static func words(_ line: String) -> [String] { line.split(separator: " ").map(String.init) }

    static let rows = [
        Row("h", "-- h"),
        Row("-sT h", "-sT -- h"),
        Row("-sTU h", "-sT -sU -- h"),
        Row("-sUTC h", "-sU -sT -sC -- h"),
        Row("-sn h", "-sn -- h"),
        Row("-sP h", "-sn -- h"),
        Row("-sL h", "-sL -- h"),
        Row("-p- h", "-p=- -- h"),
        Row("-p1-100 h", "-p=1-100 -- h"),
        Row("-p -100 h", "-p=-100 -- h"),
        Row("-p 80 h", "-p=80 -- h"),
        Row("-p=80 h", "-p=80 -- h"),
        Row("-pT:80,U:53 h", "-p=T:80,U:53 -- h"),
        Row("-T4 h", "-T=4 -- h"),
        Row("-T aggressive h", "-T=aggressive -- h"),
        Row("-Tinsane h", "-T=insane -- h"),
        Row("--timing 2 h", "-T=2 -- h"),
        Row("-oX f h", "-oX=f -- h"),
        Row("-oX=f h", "-oX=f -- h"),
        Row("--oX f h", "-oX=f -- h"),
        Row("-oA base h", "-oA=base -- h"),
        Row("-oM f -m g h", "-oG=f -oG=g -- h"),
        Row("-iL f", "-iL=f"),
        Row("-iL -", "-iL=-"),
        Row("-PS22,80 h", "-PS=22,80 -- h"),
        Row("-PS h", "-PS  -- h"),
        Row("-PA443 -PE h", "-PA=443 -PE -- h"),
        Row("-P h", "-PE -- h"),
        Row("-PI h", "-PE -- h"),
        Row("-P0 h", "-Pn -- h"),
        Row("-PN h", "-Pn -- h"),
        Row("-Pn h", "-Pn -- h"),
        Row("-v h", "-v -- h"),
        Row("-vvv h", "-v -v -v -- h"),
        Row("-v3 h", "--verbosity-level=3 -- h"),
        Row("-v0 h", "--verbosity-level=0 -- h"),
        Row("-d3 h", "--debugging-level=3 -- h"),
        Row("-dd h", "-d -d -- h"),
        Row("--verbose --debug h", "-v -d -- h"),
        Row("-nv h", "-n -v -- h"),
        Row("-n6F h", "-n -6 -F -- h"),
        Row("-nFp80 h", "-n -F -p=80 -- h"),
        Row("-np 80 h", "-n -p=80 -- h"),
        Row("-script x h", "--script=x -- h"),
        Row("-script=x h", "--script=x -- h"),
        Row("--script=x h", "--script=x -- h"),
        Row("--script x h", "--script=x -- h"),
        Row("--script=a=b h", "--script=a=b -- h"),
        Row("--script= h", "--script  -- h"),
        Row("--script --reason h", "--script=--reason -- h"),
        Row("--version-i 3 h", "--version-intensity=3 -- h"),
        Row("--version-l --version-all h", "--version-intensity=2 --version-intensity=9 -- h"),
        Row("--max-retr=2 h", "--max-retries=2 -- h"),
        Row("-open h", "--open -- h"),
        Row("--rH -rH --randomize-hosts h", "--randomize-hosts --randomize-hosts --randomize-hosts -- h"),
        Row("-M 5 h", "--max-parallelism=5 -- h"),
        Row("--source-port 53 -g53 h", "-g=53 -g=53 -- h"),
        Row("a -sT b -n c", "-sT -n -- a b c"),
        Row("-n -- -sT --", "-n -- -sT --"),
        Row("--", ""),
        Row("-e eth0 -eeth1 -S 127.0.0.1 h", "-e=eth0 -e=eth1 -S=127.0.0.1 -- h"),
        Row("--webxml h", "--stylesheet=https://svn.nmap.org/nmap/docs/nmap.xsl -- h"),
        Row("-sS -f -D RND:10 --badsum h", "-sS -f -D=RND:10 --badsum -- h"),
        Row("-O -O2 -A -sVR -sI zombie h", "-O -O -A -sV -sV -- h"),
    ]

    @Test("what Nmap users type is turned into what the parser reads", arguments: rows)
    func reads(row: Row) throws {
        let result = try ArgumentNormaliser.normalise(Self.words(row.typed))
        let line = result.targets.isEmpty ? result.words : result.words + ["--"] + result.targets
        #expect(line.joined(separator: " ") == row.read)
    }

    static let mistakes: [(String, String, Int32)] = [
        ("--no-such-option h", "--no-such-option", 255),
        ("-x h", "-x", 255),
        ("--scrpit x h", "--script?", 255),
        ("--top-port 5 --reasn h", "--reason?", 255),
        ("--max-retires 5 h", "--max-retries?", 255),
        ("--re h", "ambiguous", 255),
        ("-re h", "ambiguous", 255),
        ("--reason=4 h", "--reason", 255),
        ("h --script-timeout", "--script-timeout", 255),
        ("h -p", "-p", 255),
        ("h -oX", "-oX", 255),
        ("-s h", "-s alone", 255),
        ("-sQ h", "'Q'", 255),
        ("-sTQ h", "'Q'", 255),
        ("-sB h", "-b", 255),
        ("-Px h", "-Px", 1),
        ("-dx h", "'x'", 1),
        ("-vd h", "'d'", 1),
        ("-v3x h", "'3x'", 1),
        ("-O1 h", "'1'", 1),
        ("-O3x h", "'3x'", 1),
        ("-oXfile h", "-oX 'file'", 1),
        ("-oQfile h", "-oQfile", 255),
        ("-iLfile", "-iL 'file'", 255),
        ("-", "bare '-'", 1),
        ("--see 4 h", "--see", 255),
        ("\u{2010}sT h", "argument 1", 255),
        ("h \u{2013}sT", "argument 2", 255),
        ("\u{2015}-script x h", "argument 1", 255),
        ("\u{2212}sT h", "argument 1", 255),
    ]

    @Test("a word that cannot be read is named, with what would be right", arguments: mistakes)
    func refuses(typed: String, needle: String, status: Int32) throws {
        let error = try #require(throws: UsageError.self) {
            try ArgumentNormaliser.normalise(Self.words(typed))
        }
        #expect(error.message.contains(needle), "\(error.message)")
        #expect(error.status == status)
    }

    @Test("an empty word is a target for the resolver to judge")
    func emptyWord() throws {
        #expect(try ArgumentNormaliser.normalise([""]).targets == [""])
    }

    @Test("an empty value is a value")
    func emptyValue() throws {
        #expect(try ArgumentNormaliser.normalise(["-p", ""]).words == ["-p", ""])
        #expect(try ArgumentNormaliser.normalise(["--script", ""]).words == ["--script", ""])
    }

    @Test("thousands of letters add at most as many levels as there are")
    func manyLetters() throws {
        let result = try ArgumentNormaliser.normalise(["-" + String(repeating: "v", count: 100_000)])
        #expect(result.words.count == 11)
    }

    @Test("no line of any words traps, and every word that is refused is told in a short line")
    func neverTraps() {
        let pieces = [
            "-", "--", "=", "s", "P", "p", "v", "d", "o", "O", "T", "script", "-script", "\u{301}", "\u{0}",
            "\u{1B}[31m", "\u{FFFD}", "🏳️‍🌈", "9", " ", "\n", "\u{2013}", "é", "I", "L",
            String(repeating: "x", count: 1000),
        ]
        var generator = SplitMix(seed: 7)
        for _ in 0..<1000 {
            let line = (0..<Int.random(in: 1...3, using: &generator)).map { _ in
                (0..<Int.random(in: 0...5, using: &generator)).map { _ in
                    pieces.randomElement(using: &generator) ?? ""
                }.joined()
            }
            do throws(UsageError) {
                _ = try ArgumentNormaliser.normalise(line)
            } catch {
                #expect(errorText(error.message).utf8.count < 2000)
            }
        }
    }
}

/// A small seeded generator, so that a failing line can be found again.
struct SplitMix: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}
