// SPDX-License-Identifier: Apache-2.0

import SondeModel
import Testing

@Suite("The host table's os")
struct HostSystemTests {
    private static func host(_ accuracies: [Double], verdict: OSResult.Verdict = .matches) -> Host {
        var host = EngineFixture.loopback
        var result = OSResult()
        result.verdict = verdict
        result.matches = accuracies.enumerated().map { index, accuracy in
            let kind = OSClass(
                vendor: "Lab \(index)",
                family: "Linux",
                generation: index == 0 ? "9.X" : nil,
                type: "router",
                cpes: ["cpe:/o:lab:\(index)"]
            )
            return OSMatch(name: "Lab Linux \(index)", accuracy: accuracy, line: 1, classes: [kind])
        }
        result.lines = ["T2(R=N)"]
        result.version = "0.1.0"
        host.os = result
        return host
    }

    private func run(_ action: String, _ host: Host) throws -> String? {
        let fixture = try EngineFixture()
        try fixture.load([
            "test":
                "categories = {} hostrule = function() return true end\naction = function(host)\n\(action)\nend"
        ])
        return try fixture.run(onPorts: [80], of: host).scripts.first.map {
            String(decoding: $0.output, as: UTF8.self)
        }
    }

    @Test("without a detection there is neither field")
    func absent() throws {
        let action = "return tostring(host.os) .. tostring(host.os_fp)"
        #expect(try run(action, EngineFixture.loopback) == "nilnil")
    }

    @Test("perfect matches are tables with a name and the kinds of all of them")
    func tables() throws {
        let action = """
            local first = host.os[1]
            local second = first.classes[2]
            return #host.os .. first.name .. #first.classes .. first.classes[1].osgen .. second.vendor
              .. second.osfamily .. second.type .. second.cpe[1] .. tostring(second.osgen) .. host.os[2].name
            """
        #expect(
            try run(action, Self.host([1, 1, 0.9]))
                == "2Lab Linux 029.XLab 1Linuxroutercpe:/o:lab:1nilLab Linux 1"
        )
    }

    @Test("the fingerprint is there in any case, marked as not to be sent in")
    func fingerprint() throws {
        let text = try run("return host.os_fp", Self.host([0.9]))
        #expect(text?.hasPrefix("SCAN(V=0.1.0%E=4%") == true)
        #expect(text?.contains("%G=N%") == true)
        #expect(text?.hasSuffix(")\nT2(R=N)\n") == true)
    }

    @Test(
        "guesses, and more perfect matches than eight, are not told",
        arguments: [
            ([0.99], OSResult.Verdict.matches, "nil"), ([], .none, "nil"),
            (Array(repeating: 1.0, count: 8), .matches, "8"),
            (Array(repeating: 1.0, count: 9), .matches, "nil"),
            (Array(repeating: 1.0, count: 2), .tooMany, "nil"),
        ] as [([Double], OSResult.Verdict, String)]
    )
    func limits(accuracies: [Double], verdict: OSResult.Verdict, expected: String) throws {
        let action = "return host.os and tostring(#host.os) or 'nil'"
        #expect(try run(action, Self.host(accuracies, verdict: verdict)) == expected)
    }

    @Test(
        "old scripts may take an element for its name",
        arguments: [
            ("return host.os[1] .. '!'", "Lab Linux 0!"), ("return '<' .. host.os[1]", "<Lab Linux 0"),
            ("return host.os[1]:match('Linux')", "Linux"), ("return tostring(#host.os[1])", "11"),
            ("return host.os[1]:upper()", "LAB LINUX 0"),
            ("return string.format('%s', host.os[1])", "Lab Linux 0"),
            ("return host.os[1] .. host.os[2]", "Lab Linux 0Lab Linux 1"),
            ("return tostring(host.os[1] < host.os[2])", "true"),
            ("return tostring(host.os[1] <= 'A')", "false"),
        ]
    )
    func strings(action: String, expected: String) throws {
        #expect(try run(action, Self.host([1, 1])) == expected)
    }
}
