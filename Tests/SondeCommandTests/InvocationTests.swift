// SPDX-License-Identifier: Apache-2.0

import Sonde
import Testing

@testable import SondeCommand

@Suite struct InvocationTests {
    private func invoke(_ words: String...) -> Invocation {
        Invocation(commandLine: ["sonde"] + words, environment: CommandEnvironment(isRoot: false, now: .now))
    }

    private func printed(_ invocation: Invocation) -> (text: String, status: Int32)? {
        guard case .print(let text, let status) = invocation else { return nil }
        return (text, status)
    }

    @Test("no arguments print the usage with status 255, -h with status 0")
    func usage() throws {
        #expect(try #require(printed(invoke())) == (UsageText.usage, 255))
        #expect(try #require(printed(invoke("-h"))) == (UsageText.usage, 0))
        #expect(try #require(printed(invoke("-sV", "--help"))) == (UsageText.usage, 0))
    }

    @Test("-V prints the version")
    func version() throws {
        #expect(try #require(printed(invoke("-V"))).text.contains(UsageText.version))
        #expect(try #require(printed(invoke("--version"))).status == 0)
    }

    @Test("-V names every technique and every format of reports")
    func whatIsThere() throws {
        let text = try #require(printed(invoke("-V"))).text
        for technique in ScanTechnique.allCases { #expect(text.contains(technique.rawValue)) }
        let names: [OutputRequest.Format: String] = [
            .normal: "normal", .xml: "XML", .grepable: "grepable", .jsonLines: "JSON Lines", .html: "HTML",
            .sarif: "SARIF", .csv: "CSV", .markdown: "Markdown",
        ]
        for format in OutputRequest.Format.allCases {
            #expect(text.contains(try #require(names[format])))
        }
    }

    @Test("demo is a word of its own only as the first argument")
    func demo() {
        guard case .demo(["x"]) = invoke("demo", "x") else {
            Issue.record("no demo")
            return
        }
        guard case .scan(let request) = invoke("-n", "demo") else {
            Issue.record("no scan")
            return
        }
        #expect(request.plan.targets.words == ["demo"])
        guard case .scan = invoke("demo.") else {
            Issue.record("no scan")
            return
        }
    }

    @Test("a first word that is nearly a command is scanned with a hint, other names without one")
    func commandHint() {
        for (words, hint) in [
            (["lst"], "list"), (["shwo", "-n"], "show"), (["mail"], nil), (["list.test"], nil),
        ] {
            let line = ["sonde"] + words
            let environment = CommandEnvironment(isRoot: false, now: .now)
            guard case .scan(let request) = Invocation(commandLine: line, environment: environment) else {
                Issue.record("no scan of \(words)")
                continue
            }
            #expect(request.notes.contains { $0.contains("sonde \(hint ?? "")?") } == (hint != nil))
        }
    }

    @Test("every section of the usage is a topic of the help")
    func topics() {
        for line in UsageText.usage.split(separator: "\n") where line.hasSuffix(":") && !line.hasPrefix(" ") {
            let title = String(line.dropLast())
            guard !["Commands", "Examples"].contains(title) else { continue }
            #expect(
                HelpTopics.names.contains { UsageText.section(title).contains(HelpTopics.text($0) ?? "-") }
            )
        }
    }

    @Test("completions are printed for each shell", arguments: ["bash", "zsh", "fish"])
    func completions(shell: String) throws {
        let result = try #require(printed(invoke("--generate-completion-script", shell)))
        #expect(result.text.contains("script-args"))
        #expect(result.status == 0)
    }

    @Test("an unknown shell is named")
    func unknownShell() {
        guard case .fail(let error) = invoke("--generate-completion-script=ksh") else {
            Issue.record("no failure")
            return
        }
        #expect(error.message.contains("'ksh'"))
    }

    @Test("the manual is a page of roff")
    func manual() throws {
        let page = try #require(printed(invoke("--generate-manual"))).text
        #expect(page.hasPrefix(".TH SONDE 1"))
        #expect(page.split(separator: "\n").allSatisfy { !$0.hasPrefix("'") })
    }
}
