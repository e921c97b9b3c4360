// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import SondeIO

@Suite struct RSANumbersTests {
    /// A key of 16 bits: modulus 0xC001, with the zero that keeps it positive, and exponent 65537.
    private let key: [UInt8] = [0x30, 0x0A, 0x02, 0x03, 0x00, 0xC0, 0x01, 0x02, 0x03, 0x01, 0x00, 0x01]

    @Test("modulus and exponent are read without the zeros that only keep them positive")
    func numbers() throws {
        let numbers = try #require(RSANumbers(der: key))
        #expect(numbers.modulus == [0xC0, 0x01])
        #expect(numbers.exponent == [0x01, 0x00, 0x01])
    }

    @Test("lengths of several octets are read")
    func longLengths() throws {
        let modulus = [0x00] + [UInt8](repeating: 0xAB, count: 256)
        let inner = [0x02, 0x82, 0x01, 0x01] + modulus + [0x02, 0x01, 0x03]
        let der = [0x30, 0x82, UInt8(inner.count >> 8), UInt8(inner.count & 0xFF)] + inner
        let numbers = try #require(RSANumbers(der: der))
        #expect(numbers.modulus == Array(modulus.dropFirst()))
        #expect(numbers.exponent == [3])
    }

    @Test("whatever is no such key is refused, and nothing traps")
    func refusals() {
        #expect(RSANumbers(der: []) == nil)
        #expect(RSANumbers(der: key + [0]) == nil)
        #expect(RSANumbers(der: Array(key.dropLast())) == nil)
        #expect(RSANumbers(der: [0x30, 0x84, 0xFF, 0xFF, 0xFF, 0xFF, 0x02]) == nil)
        #expect(RSANumbers(der: [0x30, 0x06, 0x02, 0x01, 0x80, 0x02, 0x01, 0x03]) == nil)
        for place in key.indices {
            for value in UInt8.min ... .max {
                var octets = key
                octets[place] = value
                _ = RSANumbers(der: octets)
            }
        }
    }
}
