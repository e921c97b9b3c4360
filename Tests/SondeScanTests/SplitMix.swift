// SPDX-License-Identifier: Apache-2.0

/// A small seeded generator for tests with damaged input.
struct SplitMix: RandomNumberGenerator {
    /// Octets that mean something to parsers of text.
    private static let awkward: [UInt8] = [0, 9, 10, 13, 32, 34, 35, 45, 47, 57, 92, 255]

    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = (state ^ state >> 30) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ mixed >> 27) &* 0x94D0_49BB_1331_11EB
        return mixed ^ mixed >> 31
    }

    /// Changes, inserts and removes some octets.
    mutating func damage(_ octets: inout [UInt8]) {
        for _ in 0..<Int.random(in: 1...8, using: &self) where !octets.isEmpty {
            let place = Int.random(in: 0..<octets.count, using: &self)
            let octet = Self.awkward.randomElement(using: &self) ?? 0
            switch Int.random(in: 0..<4, using: &self) {
            case 0: octets[place] = octet
            case 1: octets.insert(octet, at: place)
            case 2: octets.remove(at: place)
            default: octets.removeSubrange(place...)
            }
        }
    }
}
