// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import SondeCommand

@Suite struct StatusKeysTests {
    static let rows: [(String, [StatusKey])] = [
        ("\n", [.status]), (" ", [.status]), ("x", [.status]),
        (
            "vVdDpP?",
            [
                .raiseVerbosity, .lowerVerbosity, .raiseDebugging, .lowerDebugging, .startPacketTrace,
                .stopPacketTrace,
                .help,
            ]
        ),
        ("\u{1B}[A", [.status]), ("\u{1B}OP", [.status]), ("\u{1B}[1;5Dv", [.status, .raiseVerbosity]),
        ("\u{1B}x", [.status]), ("é", [.status]), ("", []),
    ]

    @Test("bytes become keys", arguments: rows)
    func decodes(text: String, keys: [StatusKey]) {
        var decoder = StatusKeys()
        #expect(decoder.decode(text.utf8) == keys)
    }

    @Test("bytes that arrive one by one give the same keys", arguments: rows)
    func decodesInPieces(text: String, keys: [StatusKey]) {
        var decoder = StatusKeys()
        #expect(text.utf8.flatMap { decoder.decode([$0]) } == keys)
    }

    @Test("any bytes give at most one key each")
    func neverTraps() {
        var generator = SplitMix(seed: 3)
        var decoder = StatusKeys()
        for _ in 0..<1000 {
            let bytes = (0..<20).map { _ in UInt8.random(in: 0...255, using: &generator) }
            #expect(decoder.decode(bytes).count <= bytes.count)
        }
    }
}
