// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing

/// Feeds the seeds of the fuzzers, and the inputs of all findings, to the same functions.
@Suite struct FuzzReplayTests {
    private static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .deletingLastPathComponent()

    private static func inputs(_ kind: String, _ target: String) -> [(name: String, octets: [UInt8])] {
        let place = folder.appendingPathComponent(kind).appendingPathComponent(target).path
        let names = (try? FileManager.default.contentsOfDirectory(atPath: place)) ?? []
        return names.sorted().compactMap { name in
            FileManager.default.contents(atPath: place + "/" + name).map { (name, Array($0)) }
        }
    }

    @Test(
        "no seed and no input of an earlier finding breaks a promise",
        arguments: FuzzTarget.all.map(\.name)
    )
    func replay(_ name: String) throws {
        let target = try #require(FuzzTarget.named(name))
        let seeds = Self.inputs("corpus", name)
        #expect(!seeds.isEmpty, "Fuzz/corpus/\(name) has no seed")
        for (file, octets) in seeds + Self.inputs("regressions", name) {
            #expect(throws: Never.self, "\(name)/\(file)") { try target.run(octets) }
        }
    }

    @Test("seeds that were damaged break no promise", arguments: FuzzTarget.all.map(\.name))
    func damaged(_ name: String) throws {
        let target = try #require(FuzzTarget.named(name))
        var state: UInt64 = 0x5EED
        for (file, octets) in Self.inputs("corpus", name) where !octets.isEmpty {
            for _ in 0..<20 {
                var damaged = octets
                for _ in 0..<3 {
                    state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
                    let place = Int(state >> 33) % damaged.count
                    damaged[place] = UInt8(truncatingIfNeeded: state >> 24)
                }
                if state >> 62 == 3 { damaged = Array(damaged.prefix(Int(state >> 33) % damaged.count + 1)) }
                #expect(throws: Never.self, "\(name)/\(file), damaged: \(damaged)") {
                    try target.run(damaged)
                }
            }
        }
        #expect(throws: Never.self) { try target.run([]) }
    }

    @Test("every folder of seeds and findings belongs to a target")
    func folders() throws {
        let known = Set(FuzzTarget.all.map(\.name))
        #expect(known.count == FuzzTarget.all.count, "two targets have one name")
        for kind in ["corpus", "regressions"] {
            let place = Self.folder.appendingPathComponent(kind).path
            let names = try FileManager.default.contentsOfDirectory(atPath: place)
            #expect(known.isSuperset(of: names.filter { !$0.hasPrefix(".") }), "\(kind)")
        }
    }
}
