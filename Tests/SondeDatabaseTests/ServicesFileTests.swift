// SPDX-License-Identifier: Apache-2.0

import SondeDatabase
import SondeModel
import Testing

@Suite("ServicesFile")
struct ServicesFileTests {
    private static let sample = """
        # a comment
          # another
        tcpmux\t1/tcp\t0.001995\t# remark
        ssh 22/tcp 0.182286
        ssh-again 22/tcp 0.9
        domain 53/udp 0.213496
        http 80/TCP 0.484143
        http-alt 8080/tcp 0.042052
        unknown 4/tcp 0.000477
        not an entry
        broken 70000/tcp 0.5
        sctp-thing 9/sctp 1/4
        appletalk 2/ddp
        """

    private let file: ServicesFile

    init() throws { file = try ServicesFile(parsing: Array(Self.sample.utf8)) }

    @Test("names are found by port and protocol")
    func names() {
        #expect(file.name(of: Port(22, .tcp)) == "ssh")
        #expect(file.name(of: Port(80, .tcp)) == "http")
        #expect(file.name(of: Port(53, .udp)) == "domain")
        #expect(file.name(of: Port(53, .tcp)) == nil)
        #expect(file.name(of: Port(9, .sctp)) == "sctp-thing")
        #expect(file.name(of: Port(2, .ip)) == nil)
    }

    @Test("a port listed as unknown has just that name")
    func unknown() {
        #expect(file.name(of: Port(4, .tcp)) == "unknown")
        #expect(file.contains(Port(4, .tcp)))
        #expect(file.ports(.tcp, named: NameMask("unknown")) == [4])
    }

    @Test("the first entry of a port wins")
    func firstWins() { #expect(file.ratio(of: Port(22, .tcp)) == 0.182286) }

    @Test("all ports come in ascending order although the file is not")
    func ascending() { #expect(file.ports(.tcp) == [1, 4, 22, 80, 8080]) }

    @Test("a fraction is a ratio")
    func fraction() { #expect(file.ratio(of: Port(9, .sctp)) == 0.25) }

    @Test(
        "the most frequent ports are chosen",
        arguments: [(0, []), (1, [80]), (2, [22, 80]), (3, [22, 80, 8080]), (99, [1, 4, 22, 80, 8080])]
    )
    func top(count: Int, ports: [UInt16]) { #expect(file.mostFrequent(count, .tcp) == ports) }

    @Test("the most frequent are chosen among allowed ports")
    func topAmong() { #expect(file.mostFrequent(1, .tcp) { $0 != 80 } == [22]) }

    @Test("ports are chosen by least ratio")
    func ratio() { #expect(file.ports(.tcp, ratioAtLeast: 0.042052) == [22, 80, 8080]) }

    @Test("equal ratios are taken in the order of the file")
    func ties() throws {
        let text = (1...50).reversed().map { "s\($0) \($0)/udp 0.5" }.joined(separator: "\n")
        let file = try ServicesFile(parsing: Array(text.utf8))
        #expect(file.mostFrequent(3, .udp) == [48, 49, 50])
    }

    @Test("wildcards match names in either case")
    func wildcards() {
        #expect(file.ports(.tcp, named: NameMask("HTTP*")) == [80, 8080])
        #expect(file.ports(.tcp, named: NameMask("s?h")) == [22])
        #expect(file.ports(.tcp, named: NameMask("*")) == [1, 4, 22, 80, 8080])
        #expect(file.ports(.udp, named: NameMask("http")) == [])
    }

    @Test("the format of /etc/services is read, and has no ratios")
    func etc() throws {
        let text = "ftp\t\t21/tcp\nhttp\t80/tcp\t\twww # WorldWideWeb\nzabbix 10050/tcp 3com 0\n"
        let file = try ServicesFile(parsing: Array(text.utf8))
        #expect(file.name(of: Port(80, .tcp)) == "http")
        #expect(!file.hasRatios)
        #expect(self.file.hasRatios)
    }

    @Test(
        "an impossible ratio is an error that names file and line",
        arguments: [
            ("2/1", DatabaseError.Problem.ratioAboveOne("2/1")), ("1/0", .zeroDenominator("1/0")),
            ("-1/2", .negativeRatio("-1/2")), ("1/-2", .negativeRatio("1/-2")),
        ]
    )
    func badRatio(text: String, problem: DatabaseError.Problem) {
        #expect(throws: DatabaseError(file: "mine", line: 2, problem: problem)) {
            try ServicesFile(parsing: Array("a 1/tcp 0.1\nb 2/tcp \(text)".utf8), name: "mine")
        }
    }

    @Test("all 65536 ports of a protocol fit")
    func full() throws {
        let text = (0...65535).map { "s \($0)/tcp 0.\($0)" }.joined(separator: "\n")
        let file = try ServicesFile(parsing: Array(text.utf8))
        #expect(file.ports(.tcp).count == 65536)
        #expect(file.name(of: Port(65535, .tcp)) == "s")
        #expect(file.mostFrequent(65536, .tcp).count == 65536)
    }

    @Test("no damage to a file traps")
    func neverTraps() {
        var random = SplitMix(state: 7)
        for _ in 0..<300 {
            var octets = Array(Self.sample.utf8)
            random.damage(&octets)
            guard let file = try? ServicesFile(parsing: octets) else { continue }
            #expect(file.mostFrequent(3, .tcp).count <= 3)
            #expect(file.ports(.tcp) == file.ports(.tcp).sorted())
        }
    }

    @Test(
        "the distribution's file has the published top ports",
        .enabled(if: DataFiles.has("nmap-services"), "nmap-common is not installed")
    )
    func distribution() throws {
        let file = try ServicesFile(parsing: DataFiles.contents(of: "nmap-services"))
        let top: [UInt16] = [
            80, 23, 443, 21, 22, 25, 3389, 110, 445, 139, 143, 53, 135, 3306, 8080, 1723, 111, 995, 993, 5900,
        ]
        #expect(file.mostFrequent(20, .tcp) == top.sorted())
        #expect(file.ports(.tcp).count == 8366)
        #expect(file.ports(.udp).count == 19022)
        #expect(file.ports(.sctp).count == 52)
        #expect(file.mostFrequent(1000, .tcp).count == 1000)
    }
}
