// SPDX-License-Identifier: Apache-2.0

import Foundation
import Sonde
import SondeModel
import Testing

@testable import SondeCommand

@Suite struct ConfigFileTests {
    private func request(_ config: String, _ line: String) throws -> ScanRequest {
        let path = NSTemporaryDirectory() + "sonde-config-\(UUID().uuidString)"
        try config.write(toFile: path, atomically: true, encoding: .utf8)
        defer { try? FileManager.default.removeItem(atPath: path) }
        return try resolve("--config \(path) " + line)
    }

    private let config = """
        # for all
        -n
        -T 2
        [web]
        -p 80,443
        --script "http-title, http-headers"
        -T 3

        """

    @Test("a profile's options are taken, typed ones win, and the rest stays")
    func precedence() throws {
        let web = try request(config, "--profile web h")
        #expect(web.plan.ports.specification == "80,443" && web.plan.names.mode == .never)
        #expect(web.plan.scripts.rules == ["http-title", "http-headers"])
        #expect(web.plan.timing.template.level == 3)
        let typed = try request(config, "--profile web -p 22 -T5 h")
        #expect(typed.plan.ports.specification == "22" && typed.plan.timing.template.level == 5)
        #expect(try request(config, "h").plan.ports.specification == nil)
    }

    @Test(
        "what is wrong in it names file and line",
        arguments: ["x y", "--no-such-flag", "-n target"]
    )
    func mistakes(line: String) {
        let error = #expect(throws: UsageError.self) { try request("\n" + line + "\n", "h") }
        #expect(error?.message.contains("line 2") ?? false)
    }

    @Test("a profile that is not there is told with those that are")
    func unknownProfile() {
        let error = #expect(throws: UsageError.self) { try request(config, "--profile wbe h") }
        #expect(error?.message.contains("web") ?? false)
        #expect(throws: UsageError.self) { try resolve("--profile web h") }
    }
}

@Suite struct SubcommandTests {
    @Test("the first word chooses a command, and only the first")
    func dispatch() throws {
        let environment = CommandEnvironment(isRoot: false, now: .now)
        guard
            case .subcommand(.diff, let rest) = Invocation(
                commandLine: ["sonde", "diff", "a", "b"],
                environment: environment
            )
        else {
            Issue.record("no command")
            return
        }
        #expect(rest == ["a", "b"])
        #expect(try resolve("-n list").plan.targets.words == ["list"])
    }

    @Test("words are parted into options and the rest, and a misspelt option is told")
    func words() throws {
        let words = try CommandWords(["a", "--store=x", "-oX", "f", "--", "-b"], values: ["-oX"])
        #expect(words.words == ["a", "-b"] && words.value("--store") == "x" && words.value("-oX") == "f")
        let error = #expect(throws: CommandFailure.self) {
            try CommandWords(["--jsno"], switches: ["--json"])
        }
        #expect(error?.message.contains("--json") ?? false)
        #expect(throws: CommandFailure.self) { try CommandWords(["--store"]) }
    }

    @Test("scans are named by number, by last, or by file")
    func names() {
        #expect(ResultSource.number("12") == .some(12) && ResultSource.number("#3") == .some(3))
        #expect(ResultSource.number("last") == .some(nil) && ResultSource.number("./12") == nil)
    }

    @Test("every topic has a text, and every command a line in the usage")
    func help() {
        for command in Subcommand.allCases { #expect(UsageText.usage.contains("sonde \(command.rawValue)")) }
        for topic in FlagSection.all.map(\.title) where topic != "Packets" {
            #expect(!UsageText.section(topic).isEmpty)
        }
    }

    @Test("--output-all writes every format, and reports do not meet in one file")
    func outputAll() throws {
        let files = try resolve("--output-all b h").output.files.map(\.path)
        #expect(
            Set(files) == ["b.nmap", "b.xml", "b.gnmap", "b.jsonl", "b.html", "b.sarif", "b.csv", "b.md"]
        )
        #expect(throws: UsageError.self) { try resolve("--output-all b -oH b.html h") }
        #expect(try resolve("--store x h").store == StoreRequest(path: "x", isExplicit: true))
        #expect(throws: UsageError.self) { try resolve("--store x --no-store h") }
    }
}
