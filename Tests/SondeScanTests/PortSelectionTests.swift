// SPDX-License-Identifier: Apache-2.0

import SondeModel
import SondeScan
import Testing

@Suite("PortSelection")
struct PortSelectionTests {
    private func select(
        _ list: String? = nil,
        _ limit: PortLimit? = nil,
        excluding excluded: String? = nil,
        for transports: Set<TransportProtocol> = [.tcp],
        names: PortNames = .sample
    ) throws -> PortSelection {
        let parse = { try PortSpecification(parsing: $0, for: transports, names: names) }
        return try PortSelection(
            transports: transports,
            specification: try list.map(parse),
            limit: limit,
            excluding: try excluded.map(parse),
            names: names
        )
    }

    @Test(
        "list, limit and exclusions combine",
        arguments: [
            (nil, nil, nil, [1, 4, 21, 22, 23, 80, 591, 8080]), (nil, .top(2), nil, [23, 80]),
            (nil, .top(2), "80", [21, 23]), ("22,80,99", nil, nil, [22, 80, 99]),
            ("22,80,99", .top(1), nil, [80]),
            ("22,80,99", .top(1), "80", [22]), ("99,22", .ratio(0), nil, [22]),
            ("1-100", .ratio(0.19), nil, [21, 23, 80]),
            ("80", .top(5), nil, [80]), (nil, .fast, nil, [1, 4, 21, 22, 23, 80, 591, 8080]),
            (nil, .ratio(0.2), nil, [23, 80]), ("20-25", nil, "22", [20, 21, 23, 24, 25]),
        ] as [(String?, PortLimit?, String?, [UInt16])]
    )
    func combinations(list: String?, limit: PortLimit?, excluded: String?, ports: [UInt16]) throws {
        #expect(try select(list, limit, excluding: excluded).ports(.tcp) == ports)
    }

    @Test(
        "limits that make no sense are refused",
        arguments: [
            ("80", .fast, "-F", .fastWithList), (nil, .top(0), "0", .badCount),
            (nil, .top(-1), "-1", .badCount),
            (nil, .top(70000), "70000", .badCount), (nil, .ratio(1), "1.0", .badRatio),
            (nil, .ratio(-0.5), "-0.5", .badRatio), (nil, .ratio(.nan), "nan", .badRatio),
        ] as [(String?, PortLimit, String, PortSpecificationError.Problem)]
    )
    func bad(list: String?, limit: PortLimit, text: String, problem: PortSpecificationError.Problem) {
        #expect(throws: PortSpecificationError(text, problem)) { try select(list, limit) }
    }

    @Test("a services file without ratios gives low and listed ports, and no top")
    func withoutRatios() throws {
        let usual = try select(names: .withoutRatios).ports(.tcp)
        #expect(usual.count == 1025)
        #expect(usual.last == 5000)
        #expect(try select(nil, .fast, names: .withoutRatios).ports(.tcp) == [22, 5000])
        #expect(throws: PortSpecificationError("--top-ports", .noRatios)) {
            try select(nil, .top(1), names: .withoutRatios)
        }
    }

    @Test("a scanned protocol without ports is told of")
    func nothing() throws {
        let selection = try select("T:80", for: [.tcp, .udp])
        #expect(selection.ports(.tcp) == [80])
        #expect(selection.warnings == [.nothingToScan(.udp)])
        #expect(try select("22", excluding: "22").warnings == [.nothingToScan(.tcp)])
    }

    @Test("IP protocols are all, or all listed")
    func protocols() throws {
        #expect(try select(for: [.ip]).ports(.ip).count == 256)
        #expect(try select(nil, .fast, for: [.ip]).ports(.ip) == [1, 2, 6, 17])
    }

    @Test("the order of probing is a shuffle with popular TCP ports first")
    func order() {
        var random = SplitMix(state: 1)
        let ports = Array(1...1000 as ClosedRange<UInt16>)
        let order = ProbeOrder.shuffled(ports, .tcp, using: &random)
        #expect(order.sorted() == ports)
        let popular: Set<UInt16> = [
            80, 23, 443, 21, 22, 25, 110, 445, 139, 143, 53, 135, 111, 995, 993, 587, 199, 113, 554, 256,
        ]
        #expect(Set(order.prefix(popular.count)) == popular)
        var again = SplitMix(state: 1)
        #expect(ProbeOrder.shuffled(ports, .tcp, using: &again) == order)
        var other = SplitMix(state: 2)
        let udp = ProbeOrder.shuffled(ports, .udp, using: &other)
        #expect(udp.sorted() == ports)
        #expect(udp != order)
    }
}

@Suite("PortSet")
struct PortSetTests {
    @Test("numbers come ascending and once")
    func numbers() {
        #expect(PortSet([65535, 0, 64, 63, 64]).numbers == [0, 63, 64, 65535])
        #expect(PortSet().numbers == [])
        #expect(PortSet().isEmpty)
    }

    @Test("another set's numbers are removed")
    func subtracting() {
        var set = PortSet([1, 2, 3])
        set.subtract(PortSet([2, 9]))
        set.subtract(PortSet())
        #expect(set.numbers == [1, 3])
        #expect(!set.contains(2))
    }
}
