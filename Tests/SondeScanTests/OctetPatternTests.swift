// SPDX-License-Identifier: Apache-2.0

import SondeModel
import SondeScan
import Testing

@Suite("OctetPattern")
struct OctetPatternTests {
    private func pattern(_ text: String) throws -> OctetPattern {
        guard case .pattern(let pattern) = try TargetSpecification(parsing: text) else {
            throw TargetError(text, .badAddress)
        }
        return pattern
    }

    @Test(
        "the next member is the least that is not below",
        arguments: [
            ("10.0.0.1", 0, 0x0A00_0001), ("10.0.0.1", 0x0A00_0002, nil),
            ("10.1-2.0.5", 0x0A01_0006, 0x0A02_0005),
            ("10.1,3.0.5", 0x0A02_0000, 0x0A03_0005), ("*.*.*.*", 0xFFFF_FFFF, 0xFFFF_FFFF),
            ("1-2.255.255.255", 0x02FF_FFFF, 0x02FF_FFFF), ("1.2.3.4", 0xFFFF_FFFF, nil),
            ("0.0.0.255", 0x0000_0100, nil), ("1,3.0.0.0", 0x0200_0000, 0x0300_0000),
        ] as [(String, UInt32, UInt32?)]
    )
    func next(text: String, start: UInt32, expected: UInt32?) throws {
        #expect(try pattern(text).next(atLeast: start) == expected)
    }

    @Test(
        "a pattern knows whether it is a network",
        arguments: [
            ("10.0.0.0/8", "10.0.0.0/8"), ("10.0.0.4-7", "10.0.0.4/30"), ("10.0.0.5-8", nil),
            ("10.0.0-1.*", "10.0.0.0/23"), ("10.0.0.0,2", nil), ("*.*.*.*", "0.0.0.0/0"), ("10.*.0.*", nil),
        ] as [(String, String?)]
    )
    func network(text: String, expected: String?) throws {
        #expect(try pattern(text).network?.description == expected)
    }

    @Test("walking gives exactly the members")
    func walk() throws {
        let pattern = try pattern("1-2.0,255.7.250-")
        var found: [UInt32] = []
        var address = pattern.next(atLeast: 0)
        while let member = address {
            found.append(member)
            address = pattern.next(atLeast: member + 1)
        }
        #expect(found.count == pattern.count)
        #expect(found == found.sorted())
        #expect(found.allSatisfy(pattern.contains))
    }

    @Test("sets know their members")
    func sets() {
        var set = OctetSet(3...5)
        set.insert(200...201)
        #expect(set.count == 5)
        #expect(set.next(atLeast: 0) == 3)
        #expect(set.next(atLeast: 6) == 200)
        #expect(set.next(atLeast: 202) == nil)
        #expect(set.next(atLeast: 256) == nil)
        #expect(!set.isRange)
        #expect(set.widened(by: 0xFE).count == 6)
        #expect(OctetSet.all.count == 256)
        #expect(OctetSet(127...128).isRange)
        #expect(OctetSet().first == nil)
    }
}
