// SPDX-License-Identifier: Apache-2.0

/// A small seeded generator for tests with damaged input.
struct SplitMix: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = (state ^ state >> 30) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ mixed >> 27) &* 0x94D0_49BB_1331_11EB
        return mixed ^ mixed >> 31
    }

    /// Octets of chance.
    mutating func octets(upTo count: Int) -> [UInt8] {
        (0..<Int.random(in: 0...count, using: &self)).map { _ in UInt8.random(in: 0...255, using: &self) }
    }

    /// Changes, removes or cuts off some octets.
    mutating func damage(_ octets: inout [UInt8]) {
        for _ in 0..<Int.random(in: 1...6, using: &self) where !octets.isEmpty {
            let place = Int.random(in: 0..<octets.count, using: &self)
            switch Int.random(in: 0..<4, using: &self) {
            case 0: octets[place] = UInt8.random(in: 0...255, using: &self)
            case 1: octets[place] = [0, 1, 0xFF, 0x80].randomElement(using: &self) ?? 0
            case 2: octets.remove(at: place)
            default: octets.removeSubrange(place...)
            }
        }
    }
}
