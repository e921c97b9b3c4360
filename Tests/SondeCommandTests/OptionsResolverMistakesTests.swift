// SPDX-License-Identifier: Apache-2.0

import Sonde
import SondeModel
import Testing

@testable import SondeCommand

@Suite("What the resolver refuses")
struct OptionsResolverMistakesTests {
    /// A line, what its message must name, and the status.
    static let mistakes: [(String, String, Int32)] = [
        ("-4 -6 h", "-4 and -6", 1),
        ("-sn -p 80 h", "-p", 1),
        ("-sn -F h", "-F", 1),
        ("-sL -sT h", "-sT", 1),
        ("-sn -sU h", "-sU", 1),
        ("-p 1 -p 2 h", "'1' and '2'", 1),
        ("--exclude-ports 1 --exclude-ports 2 h", "--exclude-ports", 1),
        ("-F -p 1 h", "-F", 1),
        ("--top-ports 0 h", "'0'", 1),
        ("--top-ports 70000 h", "'70000'", 1),
        ("--top-ports x h", "'x'", 1),
        ("--top-ports 99999999999999999999999 h", "99999", 1),
        ("--top-ports 5 --port-ratio 0.5 h", "--port-ratio", 1),
        ("--port-ratio 1 h", "'1'", 1),
        ("--port-ratio -0.1 h", "'-0.1'", 1),
        ("--port-ratio nan h", "'nan'", 1),
        ("-PS1 -PS2 h", "-PS", 1),
        ("-6 -PP h", "-PP", 1),

        ("-iL a -iL b", "-iL", 1),
        ("--exclude , h", "','", 1),
        ("--dns-servers 127.0.0.1,nine h", "'nine'", 1),
        ("--dns-servers 127.0.0.1, h", "''", 1),
        ("-T9 h", "'9'", 1),
        ("-T fast h", "'fast'", 1),
        ("--min-hostgroup 5 --max-hostgroup 2 h", "'2'", 1),
        ("--min-parallelism 0 h", "'0'", 1),
        ("--min-parallelism 5 --max-parallelism 2 h", "'2'", 1),
        ("--max-rtt-timeout 4ms h", "'4ms'", 1),
        ("--max-rtt-timeout 100 h", "100ms", 1),
        ("--initial-rtt-timeout 0 h", "'0'", 1),
        ("--scan-delay 200 h", "200ms", 1),
        ("--host-timeout 10000 h", "10000ms", 1),
        ("--host-timeout -5 h", "'-5'", 1),
        ("--script-timeout 2parsecs h", "2parsecs", 1),
        ("--stats-every 0 h", "'0'", 1),
        ("--max-retries -1 h", "'-1'", 1),
        ("--min-rate 0 h", "'0'", 1),
        ("--max-rate inf h", "'inf'", 1),
        ("--min-rate 5 --max-rate 2 h", "'2'", 1),
        ("--nsock-engine steam h", "'steam'", 1),
        ("--version-intensity 10 h", "'10'", 1),
        ("--script , h", "','", 1),
        ("--ttl 300 h", "'300'", 1),
        ("-ttl 300 h", "'300'", 1),
        ("--data abc h", "'abc'", 1),
        ("--data 0xzz h", "'0xzz'", 1),
        ("--data-length 70000 h", "'70000'", 1),
        ("--data ab --data-length 4 h", "--data", 1),
        ("-S nobody h", "'nobody'", 1),
        ("-S ::1 h", "'::1'", 1),
        ("-g 65536 h", "'65536'", 1),
        ("--mtu 7 h", "'7'", 1),
        ("--privileged --unprivileged h", "--privileged", 1),
        ("-d20 h", "'20'", 1),
        ("-v11 h", "'11'", 1),
        ("-oX a -oX b h", "-oX", 1),
        ("-oX a -oA b h", "-oX", 1),
        ("-oX - -oN - h", "standard output", 1),
        ("-oX a -oN a h", "'a'", 1),
        ("-oA - h", "-oA", 1),
        ("-oX -sT h", "./-sT", 1),
        ("--worlds 0 h", "'0'", 1),
        ("-O -sn h", "-sn", 1),
        ("-O --max-os-tries 0 h", "'0'", 1),
        ("-O --max-os-tries 51 h", "'51'", 1),
        ("--seed -1 h", "'-1'", 1),
        ("--seed 18446744073709551616 h", "18446744073709551616", 1),
        ("-sS h", "-sS", 1),
        ("--traceroute h", "--traceroute", 1), ("-sI z h", "-sI", 255), ("-b u h", "-b", 255),
        ("-iR 5", "-iR", 255), ("--resume f", "--resume", 255),
        ("-oS f h", "-oS", 255), ("--proxies u h", "--proxies", 255), ("-sTS h", "-sS", 1),
        ("-sOU h", "-sO", 1), ("-PU h", "-PU", 1), ("-D 1.2.3.4 h", "-D", 1),
        ("--privileged -D x h", "'x'", 1), ("--privileged -D RND:0 h", "RND:0", 1),
        ("--scanflags SYNFOO h", "'FOO'", 1), ("--scanflags 256 h", "'256'", 1),
        ("--ip-options Q h", "'Q'", 1), ("-f --mtu 16 h", "--mtu", 1), ("--mtu 12 h", "'12'", 1),
    ]

    @Test("the offending text is named and the status tells the kind", arguments: mistakes)
    func refuses(line: String, needle: String, status: Int32) throws {
        let error = try #require(throws: UsageError.self) { try resolve(line) }
        #expect(error.message.contains(needle), "\(error.message)")
        #expect(error.status == status)
        #expect(!error.message.contains("\n"))
    }

    static let valued = FlagsTests.working.filter { if case .required = $0.value { true } else { false } }

    @Test(
        "an empty value is refused wherever a value is needed",
        arguments: valued.filter { $0 != .scriptArguments && $0 != .completionScript }
    )
    func emptyValues(flag: FlagDeclaration) {
        #expect(throws: UsageError.self) { try resolve(words: [flag.name, "", "h"]) }
    }

    @Test("an empty target is refused")
    func emptyTarget() {
        #expect(throws: UsageError.self) { try resolve(words: [""]) }
    }

    @Test("no value of any flag traps, and every message stays short and printable", arguments: valued)
    func neverTraps(flag: FlagDeclaration) {
        // Each line costs tens of milliseconds without optimisation: ValueParsingTests has the many values.
        let values = ["9223372036854775808", String(repeating: "x", count: 120_000), "\u{1B}[31m%\n", ",,"]
        for value in values {
            do {
                _ = try resolve(words: [flag.name, value, "h"])
            } catch let error as UsageError {
                let text = errorText("sonde: " + error.message)
                #expect(text.utf8.count < 2000)
                #expect(text.unicodeScalars.allSatisfy { $0.value >= 0x20 && $0.value != 0x7F })
            } catch {
                Issue.record("another error: \(error)")
            }
        }
    }
}
