// SPDX-License-Identifier: Apache-2.0

import SondeModel
import Testing

@testable import SondeScan

@Suite("ServiceWindow")
struct ServiceWindowTests {
    private func window(
        _ level: Int = 3,
        sockets: Int = 10_000,
        _ change: (inout TimingTemplate) -> Void = { _ in }
    )
        -> ServiceWindow
    {
        var template = TimingTemplate(level: level)
        change(&template)
        return ServiceWindow(template, sockets: sockets)
    }

    @Test("polite templates ask one service at a time, the others very many")
    func templates() {
        #expect((0...5).map { window($0).limit } == [1, 1, 1, 256, 512, 512])
        #expect(!window(2).allowsAskingAhead(0))
        #expect(window(3).allowsAskingAhead(1023))
        #expect(!window(3).allowsAskingAhead(1024))
        #expect(!window(3, sockets: 400).allowsAskingAhead(300))
    }

    @Test("explicit bounds and the number of sockets hold")
    func bounds() {
        #expect(window { $0.maximumParallelism = 7 }.limit == 7)
        #expect(window { $0.minimumParallelism = 600 }.limit == 600)
        #expect(window(sockets: 80).limit == 60)
        #expect(window(sockets: 1).limit == 1)
    }

    @Test("the window grows with answers and shrinks with connections that time out")
    func moves() {
        var window = window()
        for _ in 0..<20 { window.answered() }
        #expect(window.limit == 266)
        let shrank = window.lost()
        #expect(shrank)
        #expect(window.limit == 133)
        while window.lost() {}
        #expect(window.limit == 20)
        var narrow = self.window { $0.maximumParallelism = 5 }
        let narrowed = narrow.lost()
        #expect(!narrowed)
        #expect(narrow.limit == 5)
    }
}
