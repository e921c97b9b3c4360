// SPDX-License-Identifier: Apache-2.0

import SondeModel
import Testing

@Suite("OSFingerprintText")
struct OSFingerprintTextTests {
    private func host(
        _ address: String = "10.77.0.2",
        _ change: (inout Host) -> Void = { _ in }
    ) throws -> Host {
        var host = Host(address: try #require(IPAddress(address)))
        host.os = OSResult()
        host.os?.time = 1_795_613_210
        host.os?.version = "0.1.0"
        change(&host)
        return host
    }

    private func head(_ host: Host, isGood: Bool? = nil) -> String {
        OSFingerprintText(host, isGood: isGood)?.lines.first ?? ""
    }

    @Test("the head tells how the fingerprint was taken")
    func full() throws {
        let host = try host { host in
            host.distance = HostDistance(1, .direct)
            host.macAddress = MACAddress(octets: [2, 0x77, 0, 0, 0, 2])
            host.os?.ports = OSPorts(openTCP: 22, closedTCP: 81, closedUDP: 33285)
        }
        #expect(
            head(host).hasPrefix(
                "SCAN(V=0.1.0%E=4%D=11/25%OT=22%CT=81%CU=33285%PV=Y%DS=1%DC=D%G=Y%M=027700%TM=6B06E21A%P="
            )
        )
    }

    @Test("what is not known is left out or empty")
    func empty() throws {
        let host = try host("::1") { $0.os?.unsuitability = "so" }
        #expect(head(host).hasPrefix("SCAN(V=0.1.0%E=6%D=11/25%OT=%CT=%CU=%PV=N%G=N%TM=6B06E21A%P="))
        #expect(head(host, isGood: true).contains("%G=Y%"))
        #expect(OSFingerprintText(Host(address: host.address)) == nil)
    }

    @Test(
        "private addresses are marked",
        arguments: [
            ("10.0.0.1", true), ("127.0.0.1", false), ("172.16.0.1", true), ("172.32.0.1", false),
            ("169.254.1.1", true), ("192.168.0.1", true), ("192.169.0.1", false), ("8.8.8.8", false),
        ] as [(String, Bool)]
    )
    func privacy(address: String, isPrivate: Bool) throws {
        #expect(head(try host(address)).contains("%PV=\(isPrivate ? "Y" : "N")%"))
    }

    @Test(
        "days are counted right",
        arguments: [
            (0, "1/1"), (951_782_400, "2/29"), (951_868_800, "3/1"), (1_798_761_599, "12/31"),
            (1_798_761_600, "1/1"),
        ] as [(Double, String)]
    )
    func days(time: Double, day: String) throws {
        let host = try host { $0.os?.time = time }
        #expect(head(host).contains("%D=\(day)%"))
    }

    @Test("lines of the wrapped form have 75 characters")
    func wrapped() throws {
        let host = try host { $0.os?.lines = ["SEQ(SP=102)", "T2(R=N)", "IE(R=Y%DFI=N%T=40%CD=S)"] }
        let text = try #require(OSFingerprintText(host))
        #expect(text.plain.hasSuffix("\nSEQ(SP=102)\nT2(R=N)\nIE(R=Y%DFI=N%T=40%CD=S)\n"))
        let wrapped = text.wrapped
        #expect(wrapped.dropLast().allSatisfy { $0.utf8.count == 75 })
        #expect(wrapped.map { $0.dropFirst(3) }.joined() == text.lines.joined())
        #expect(wrapped.allSatisfy { $0.hasPrefix("OS:") && $0.utf8.count <= 75 })
    }
}

@Suite("OSClassification")
struct OSClassificationTests {
    private func match(_ accuracy: Double, _ vendor: String, cpe: String = "cpe:/o:x") -> OSMatch {
        let kind = OSClass(vendor: vendor, family: "Linux", generation: "9.X", type: "router", cpes: [cpe])
        return OSMatch(name: vendor, accuracy: accuracy, line: 1, classes: [kind])
    }

    private func vendors(_ matches: [OSMatch], _ verdict: OSResult.Verdict = .matches) -> [String] {
        var result = OSResult()
        result.verdict = verdict
        result.matches = matches
        return OSClassification(result).entries.map(\.osClass.vendor)
    }

    @Test("only perfect matches count where there are some")
    func perfect() {
        #expect(vendors([match(1, "a"), match(1, "b"), match(0.9, "c")]) == ["a", "b"])
        #expect(vendors([match(0.95, "a"), match(0.9, "c")]) == ["a", "c"])
    }

    @Test("a kind is kept once, with the platforms of its first match")
    func once() {
        var result = OSResult()
        result.verdict = .matches
        result.matches = [match(0.95, "a", cpe: "one"), match(0.9, "a", cpe: "two")]
        let entries = OSClassification(result).entries
        #expect(entries.map(\.osClass.cpes) == [["one"]])
        #expect(entries.map(\.accuracy) == [0.95])
    }

    @Test("where too many match, or none, there are no kinds")
    func tooMany() {
        #expect(vendors([match(1, "a")], .tooMany).isEmpty)
        #expect(vendors([match(1, "a")], .none).isEmpty)
    }

    @Test("thirty-six kinds are kept")
    func limit() {
        #expect(vendors((0..<50).map { match(1, "v\($0)") }).count == 36)
    }
}
