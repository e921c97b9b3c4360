// SPDX-License-Identifier: Apache-2.0

import SondeModel
import Testing

@testable import SondeOutput

@Suite("ReportOptions")
struct ReportOptionsTests {
    private func host(_ state: PortState) -> Host {
        var host = Scene.plainHost()
        host.ports.declare([80], .tcp, as: PortOutcome(state, .noResponse))
        return host
    }

    @Test("hosts that are down are mentioned only with -v, listed ones always")
    func down() {
        let loud = ReportOptions.with { $0.verbosity = 1 }
        #expect(!ReportOptions().shows(Scene.downHost))
        #expect(loud.shows(Scene.downHost))
        #expect(ReportOptions().shows(Host(address: Scene.address("127.0.0.1"))))
    }

    @Test("--open hides hosts whose scanned ports are all shut")
    func openOnly() {
        let options = ReportOptions.with { $0.openOnly = true }
        #expect(!options.shows(host(.closed)))
        #expect(!options.shows(host(.filtered)))
        #expect(options.shows(host(.open)))
        #expect(options.shows(host(.openOrFiltered)))
        #expect(options.shows(Scene.plainHost()))
        var late = host(.closed)
        late.timedOut = true
        #expect(options.shows(late))
    }

    @Test("results are in the order of their ids, and failed runs without a text are not there")
    func results() {
        let results = [
            ScriptResult(id: "b", output: [1]), ScriptResult(id: "a", output: [2]),
            ScriptResult(id: "b", output: [3]),
            ScriptResult(id: "c", ending: .error, output: []),
            ScriptResult(id: "d", ending: .timeout, output: [4]),
            ScriptResult(id: "e", output: []),
        ]
        let shown = ReportOptions().shown(results)
        #expect(shown.map(\.id) == ["a", "b", "b", "d", "e"])
        #expect(shown.map(\.output) == [[2], [1], [3], [4], []])
    }

    @Test("a style sheet's path is made a URL")
    func stylesheet() {
        #expect(Stylesheet.file("/a?b#c[d]e%f g").text == "file:///a%3Fb%23c%5Bd%5De%25f g")
        #expect(Stylesheet.none.text == nil)
        #expect(Stylesheet.default.text?.hasPrefix("file:///") == true)
    }
}
