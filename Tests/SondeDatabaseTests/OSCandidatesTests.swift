// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import SondeDatabase

@Suite("OSCandidates")
struct OSCandidatesTests {
    private func list(_ accuracies: [Double], name: (Int) -> String = { "\($0)" }) -> OSCandidates {
        var list = OSCandidates()
        for (index, accuracy) in accuracies.enumerated() {
            list.consider(OSCandidate(index: index, accuracy: accuracy)) { name(index) }
        }
        return list
    }

    @Test("the best come first, equal ones in the order of the file")
    func order() {
        #expect(list([0.9, 0.95, 0.9, 0.86, 0.95]).best.map(\.index) == [1, 4, 0, 2, 3])
        #expect(list([0.8499, 0.85]).best.map(\.index) == [1])
    }

    @Test("of entries with one name the better stays, or the first")
    func names() {
        #expect(list([0.9, 0.95, 0.92]) { _ in "x" }.best.map(\.index) == [1])
        #expect(list([0.9, 0.9]) { _ in "x" }.best.map(\.index) == [0])
        #expect(list([1, 1]) { _ in "x" }.perfectCount == 1)
        #expect(list([0.9, 1]) { _ in "x" }.perfectCount == 1)
    }

    @Test("thirty-six are kept, and then only better ones enter")
    func limit() {
        let full = list(Array(repeating: 0.9, count: 40))
        #expect(full.best.map(\.index) == Array(0..<36))
        let better = list(Array(repeating: 0.9, count: 36) + [0.9000001, 0.91])
        #expect(better.best.first?.index == 37)
        #expect(better.best.count == 36)
        #expect(!better.best.contains { $0.index == 36 })
    }

    @Test("more perfect ones than are kept are too many")
    func tooMany() {
        #expect(!list(Array(repeating: 1, count: 36)).hasTooMany)
        let list = list(Array(repeating: 1, count: 40))
        #expect(list.hasTooMany)
        #expect(list.perfectCount == 36)
    }
}
