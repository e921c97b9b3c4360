// SPDX-License-Identifier: Apache-2.0

import SondeDatabase
import SondeModel
import Testing

@Suite("MACPrefixesFile")
struct MACPrefixesFileTests {
    private static let sample = """
        # comment
        000001 First Works\r
        0000AA Tea & Co
        0000aa Second with the same prefix
        70B3D5 Registry
        70B3D51 Medium
        70b3d5123 Small
        """

    private let file = MACPrefixesFile(parsing: Array(Self.sample.utf8))

    private func address(_ value: UInt64) throws -> MACAddress {
        try #require(
            MACAddress(octets: stride(from: 40, through: 0, by: -8).map { UInt8(value >> $0 & 255) })
        )
    }

    @Test("the longest prefix decides")
    func longest() throws {
        #expect(try file.vendor(of: address(0x70B3_D512_3456)) == "Small")
        #expect(try file.vendor(of: address(0x70B3_D518_3456)) == "Medium")
        #expect(try file.vendor(of: address(0x70B3_D598_3456)) == "Registry")
        #expect(try file.vendor(of: address(0x7000_0000_0000)) == nil)
    }

    @Test("the first entry of a prefix wins, and line ends are no part of it")
    func entries() throws {
        #expect(try file.vendor(of: address(0x00_00AA_0000)) == nil)
        #expect(try file.vendor(of: address(0x0000_AA01_0203)) == "Tea & Co")
        #expect(try file.vendor(of: address(0x0000_0101_0203)) == "First Works")
        #expect(file.count == 5)
        #expect(file.warning == nil)
    }

    @Test("a vendor's word gives its lowest prefix")
    func byVendor() throws {
        #expect(try file.prefix(ofVendor: "co") == address(0x0000_AA00_0000))
        #expect(try file.prefix(ofVendor: "medium") == address(0x70B3_D510_0000))
        #expect(file.prefix(ofVendor: "nobody") == nil)
        #expect(file.prefix(ofVendor: "") == nil)
    }

    @Test(
        "the first malformed line ends the reading",
        arguments: ["", "00000", "00000G Vendor", "00000012 Eight", "000002", "000002Vendor"]
    )
    func malformed(line: String) throws {
        let text = "000001 One\n\(line)\n000003 Three\n"
        let file = MACPrefixesFile(parsing: Array(text.utf8), name: "m")
        #expect(file.warning == DatabaseError(file: "m", line: 2, problem: .malformedEntry(line)))
        #expect(file.count == 1)
    }

    @Test("no damage to a file traps")
    func neverTraps() throws {
        var random = SplitMix(state: 5)
        for _ in 0..<200 {
            var octets = Array(Self.sample.utf8)
            random.damage(&octets)
            let file = MACPrefixesFile(parsing: octets)
            #expect(file.count <= 7)
            _ = try file.vendor(of: address(0x70B3_D512_3456))
        }
    }

    @Test(
        "the distribution's file is read to its end",
        .enabled(if: DataFiles.has("nmap-mac-prefixes"), "nmap-common is not installed")
    )
    func distribution() throws {
        let file = MACPrefixesFile(parsing: DataFiles.contents(of: "nmap-mac-prefixes"))
        #expect(file.warning == nil)
        #expect(file.count == 32531)  // 32534 entries, three prefixes twice
    }
}
