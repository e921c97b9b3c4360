// SPDX-License-Identifier: Apache-2.0

import SondeModel
import Testing

@testable import SondeOutput

@Suite("StatusLine")
struct StatusLineTests {
    private func progress(_ phase: Phase, _ done: Int, _ total: Int, elapsed: Double = 5) -> Progress {
        Progress(
            elapsed: elapsed,
            hostsCompleted: 3,
            hostsUp: 2,
            hostsActive: 5,
            phase: phase,
            done: done,
            total: total,
            runningScripts: phase == .scripts ? ["http-title (2)", "ssh\u{1B}-brute"] : []
        )
    }

    private var status: StatusLine {
        var status = StatusLine()
        status.note(Scene.header())
        status.note(.phaseStarted(.connectScan, at: Scene.start + 3))
        return status
    }

    @Test("a phase's rest is estimated from what it took so far")
    func report() {
        #expect(
            status.report(progress(.connectScan, 40, 100)) == [
                "Stats: 0:00:05 elapsed; 3 hosts completed (2 up), 5 undergoing Connect Scan",
                "Connect Scan Timing: About 40.00% done; ETC: 21:26 (0:00:03 remaining)",
            ]
        )
    }

    @Test("nothing is estimated before anything is done")
    func beginning() {
        #expect(status.report(progress(.connectScan, 0, 3)).last == "Connect Scan Timing: About 0.00% done")
        #expect(status.report(progress(.discovery, 0, 0)).count == 1)
    }

    @Test("running scripts are named, without control characters")
    func scripts() {
        let lines = status.report(progress(.scripts, 1, 2))
        #expect(lines[0].hasSuffix("5 undergoing Script Scan"))
        #expect(lines[1].hasPrefix("NSE Timing: About 50.00% done; ETC: "))
        #expect(lines[2] == "Running scripts: http-title (2), ssh\\x1B-brute")
    }

    @Test("the one line is never as wide as the terminal", arguments: [-5, 0, 1, 3, 4, 20, 60, 80, 500])
    func width(_ width: Int) {
        let line = status.line(progress(.scripts, 1, 2), width: width)
        #expect(line.utf8.count <= max(0, width - 1))
        #expect(
            width < 500
                || line == "0:00:05 Script Scan 50% (1/2), 0.2/s, 0:00:05 left; hosts: 3 done, 5 active; "
                    + "http-title (2), ssh\\x1B-brute"
        )
        #expect(width != 60 || line.hasSuffix("0:00:05 left; http..."))
        #expect(width != 20 || line == "0:00:05 Script S...")
    }

    @Test("what scripts took in earlier scans is an estimate before any of them has ended")
    func earlierCosts() {
        var asked = progress(.scripts, 0, 8)
        asked.pendingScripts = ["slow": 4, "quick": 4]
        #expect(StatusLine().range(asked) == nil)
        var known = StatusLine(earlierCosts: ["slow": 3, "quick": 1])
        // Two of them run at a time.
        #expect(known.range(asked) == 2...8)
        #expect(known.line(asked, width: 200).contains("0:00:02 to 0:00:08 left"))
        // What this scan learns counts more.
        known.note(.script(ScriptRecord(id: "slow", phase: .hostrule, state: .ok, started: 0, duration: 5)))
        #expect(known.range(asked) == 3...12)
    }

    @Test(
        "nonsense does not trap",
        arguments: [(Int.max, 1), (Int.min, Int.max), (1, Int.min), (0, 0)],
        [Double.nan, .infinity, -1e300, 1e300]
    )
    func nonsense(_ counts: (Int, Int), _ elapsed: Double) {
        let odd = progress(.connectScan, counts.0, counts.1, elapsed: elapsed)
        #expect(!status.report(odd).isEmpty)
        #expect(status.line(odd, width: 80).utf8.count < 80)
    }
}
