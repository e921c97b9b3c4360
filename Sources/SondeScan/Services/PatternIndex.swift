// SPDX-License-Identifier: Apache-2.0

internal import SondeDatabase

/// The octets of one answer, as a set of the short texts in it.
///
/// One bit stands for each hash of four octets in a row, without regard to case. It may claim a text that is not there,
/// never miss one that is.
struct AnswerTexts {
    private var bits: [UInt64]
    /// The first four octets, the first in the lowest place; zeros where there are fewer.
    let head: UInt32

    /// Octets that make one text.
    static let length = 4
    /// The hash that every answer has: of a pattern of which no text is known.
    static let always: UInt16 = 0

    init(_ answer: [UInt8]) {
        bits = [UInt64](repeating: 0, count: 1024)
        bits[0] = 1
        var text: UInt32 = 0
        for (index, octet) in answer.enumerated() {
            text = text >> 8 | UInt32(Self.folded(octet)) << 24
            guard index >= Self.length - 1 else { continue }
            let hash = Self.hash(text)
            bits[Int(hash >> 6)] |= 1 << UInt64(hash & 63)
        }
        head = answer.prefix(4).enumerated().reduce(0) { $0 | UInt32($1.element) << UInt32(8 * $1.offset) }
    }

    /// Whether a text with this hash may be in the answer.
    @inline(__always)
    func mayContain(_ hash: UInt16) -> Bool { bits[Int(hash >> 6)] >> UInt64(hash & 63) & 1 == 1 }

    /// The hashes of all texts in a run of octets.
    static func hashes(_ run: [UInt8]) -> [UInt16] {
        var text: UInt32 = 0
        var hashes: [UInt16] = []
        for (index, octet) in run.enumerated() {
            text = text >> 8 | UInt32(folded(octet)) << 24
            if index >= length - 1 { hashes.append(hash(text)) }
        }
        return hashes
    }

    @inline(__always)
    private static func hash(_ text: UInt32) -> UInt16 {
        UInt16(truncatingIfNeeded: text &* 0x9E37_79B1 >> 16)
    }

    @inline(__always)
    private static func folded(_ octet: UInt8) -> UInt8 { octet &- 65 < 26 ? octet | 32 : octet }
}

/// Says which of a probe's lines may match an answer, without trying their patterns.
///
/// A line stays in play if the answer begins as its pattern must, and has the texts that are rarest among the probe's
/// patterns. Of four thousand lines, a handful are left.
struct PatternIndex {
    private struct Entry {
        var headMask: UInt32 = 0
        var head: UInt32 = 0
        var hashes = SIMD4<UInt16>(repeating: AnswerTexts.always)
    }

    private var entries: [Entry]

    /// Indexes the lines of a probe.
    init(_ probe: ServiceProbe, in file: ServiceProbesFile) {
        let literals = probe.matches.map { PatternLiterals(file.pattern(of: $0)) }
        let hashes = literals.map { Set($0.runs.flatMap(AnswerTexts.hashes)) }
        var counts = [UInt32](repeating: 0, count: 1 << 16)
        for set in hashes { for hash in set { counts[Int(hash)] += 1 } }
        entries = []
        entries.reserveCapacity(probe.matches.count)
        for (index, match) in probe.matches.enumerated() {
            var entry = Entry()
            for (place, octet) in literals[index].prefix.prefix(4).enumerated() {
                let isLetter = (97...122).contains(octet | 32)
                let mask: UInt8 = match.ignoresCase && isLetter ? 0xDF : 0xFF
                entry.headMask |= UInt32(mask) << UInt32(8 * place)
                entry.head |= UInt32(octet & mask) << UInt32(8 * place)
            }
            let rarest = hashes[index].sorted { (counts[Int($0)], $0) < (counts[Int($1)], $1) }.prefix(4)
            for (place, hash) in rarest.enumerated() { entry.hashes[place] = hash }
            entries.append(entry)
        }
    }

    /// The first line at or behind a place that may match.
    @inline(__always)
    func firstCandidate(from start: Int, for answer: AnswerTexts) -> Int? {
        var index = start
        while index < entries.count {
            let entry = entries[index]
            if answer.head & entry.headMask == entry.head, answer.mayContain(entry.hashes[0]),
                answer.mayContain(entry.hashes[1]), answer.mayContain(entry.hashes[2]),
                answer.mayContain(entry.hashes[3])
            {
                return index
            }
            index += 1
        }
        return nil
    }

    /// How many lines nothing is known of, so that they are always tried.
    var unknownCount: Int {
        entries.count { $0.headMask == 0 && $0.hashes == SIMD4(repeating: AnswerTexts.always) }
    }
}
