// SPDX-License-Identifier: Apache-2.0

import SondeModel
import SondeRegex

@testable import SondeDatabase
@testable import SondeScan
@testable import SondeScript

/// The data files.
enum DataFileTargets {
    static let all = [
        FuzzTarget("service-probes", serviceProbes), FuzzTarget("templates", most: 512, templates),
        FuzzTarget("os-database", osDatabase), FuzzTarget("os-expression", most: 512, osExpression),
        FuzzTarget("data-file", dataFile), FuzzTarget("script-db", scriptIndex),
    ]

    /// A system that has every form of expression.
    static let systems = OSDatabaseFile(
        parsing: Array(
            """
            MatchPoints
            SEQ(SP=25%GCD=75%ISR=25%TI=100%CI=50%II=100%SS=80%TS=100)
            OPS(O1=20%O2=20%O3=20%O4=20%O5=20%O6=20)
            WIN(W1=15%W2=15%W3=15%W4=15%W5=15%W6=15)
            ECN(R=100%DF=20%T=15%TG=15%W=15%O=15%CC=100%Q=20)
            T1(R=100%DF=20%T=15%TG=15%S=20%A=20%F=30%RD=20%Q=20)

            Fingerprint Ours 1.0
            Class Us | Ours | 1.X | general purpose
            CPE cpe:/o:us:ours:1 auto
            SEQ(SP=F8-10C%GCD=1-6%ISR=>A%TI=Z|I%CI=<5%II=I%TS=A)
            OPS(O1=M[>500]ST11NW[0-A]|M5B4%O2=)
            T1(R=Y%DF=Y%T=3B-45%TG=40%S=O%A=S+%F=AS%RD=0%Q=)

            """.utf8
        )
    )

    private static func serviceProbes(_ octets: [UInt8]) throws {
        guard let file = try? ServiceProbesFile(parsing: octets) else { return }
        let matcher = ServiceMatcher(file)
        for index in file.probes.indices {
            for answer in ["SSH-2.0-x\r\n", "220 hello\r\n", "\0\0\u{10}", "aaaaaaaaaaaaaaaa"] {
                _ = matcher.match(Array(answer.utf8), to: index)
            }
            _ = file.probes[index].isMeant(for: 80, isTunnelled: true)
            _ = matcher.probe(index, knows: "ssh")
        }
    }

    private static func templates(_ octets: [UInt8]) {
        let groups: [[UInt8]] = [Array("a_b".utf8), [0, 1, 2, 255], [], [UInt8](repeating: 65, count: 9)]
        for template in VersionTemplate.all(in: octets[...]) {
            _ = template.value { $0 < groups.count ? groups[$0][...] : nil }
        }
        _ = OctetString.unescaped(octets[...])
        _ = ServiceRatio.decimal(octets[...])
        _ = ServiceRatio.fraction(octets[...])
    }

    private static func osDatabase(_ octets: [UInt8]) {
        let file = OSDatabaseFile(parsing: octets)
        let text = String(decoding: octets, as: UTF8.self)
        for candidate in file.candidates(for: OSFingerprint(text)).best {
            _ = file.reference(at: candidate.index)
        }
        _ = systems.candidates(for: OSFingerprint(text))
    }

    private static func osExpression(_ octets: [UInt8]) {
        var input = FuzzInput(octets)
        let value = OSObservedValue(input.part())
        let expression = input.remainder()
        for nests in [true, false] {
            _ = OSExpression.matches(expression, expression.indices, value, nests: nests)
        }
    }

    private static func dataFile(_ octets: [UInt8]) throws {
        var input = FuzzInput(octets)
        let kind = input.octet()
        let content = input.remainder()
        switch kind & 7 {
        case 0, 5:
            guard let file = try? ServicesFile(parsing: content) else { return }
            for transport in TransportProtocol.allCases {
                _ = file.mostFrequent(100, transport)
                _ = file.ports(transport, named: NameMask("h*?p*"))
                _ = file.ports(transport, ratioAtLeast: 0.5)
            }
        case 1:
            let file = MACPrefixesFile(parsing: content)
            _ = file.vendor(of: MACAddress(value: 0x0050_5612_3456))
            _ = file.prefix(ofVendor: "x")
        case 2: _ = PayloadsFile(parsing: content).payloads(for: 53)
        case 3:
            guard let file = try? ProtocolsFile(parsing: content) else { return }
            _ = file.numbers(named: NameMask("*"))
        case 4: _ = RPCFile(parsing: content).name(of: 100_000)
        default:
            let end = content.firstIndex(of: 0) ?? content.count
            _ = NameMask(String(decoding: content[..<end], as: UTF8.self)).matches(content[end...])
        }
    }

    /// The index of scripts, which is also Lua; written out it reads as before.
    private static func scriptIndex(_ octets: [UInt8]) throws {
        guard let index = try? ScriptIndex(parsing: octets) else { return }
        let written = index.fileContents()
        let again = try? ScriptIndex(parsing: written)
        try promise(again?.fileContents() == written, "the index of scripts is not written as it was read")
    }
}
