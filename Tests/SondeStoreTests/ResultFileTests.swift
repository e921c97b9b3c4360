// SPDX-License-Identifier: Apache-2.0

import SondeModel
import SondeText
import Testing

@testable import SondeStore

@Suite struct ResultFileTests {
    private func read(_ text: String) throws -> ScanResults { try ResultFile.parse(Array(text.utf8)) }

    private func open(_ host: Host?) -> [String] {
        host?.ports.records { $0.state == .open }.map(\.port.description) ?? []
    }

    /// A report with one of everything.
    private static let document = """
        <?xml version="1.0"?><!DOCTYPE nmaprun>
        <nmaprun scanner="nmap" args="nmap &quot;x&quot;" start="100" version="7.93" xmloutputversion="1.05">
        <scaninfo type="connect" protocol="tcp" numservices="3" services="79-81"/>
        <verbose level="0"/><debugging level="0"/>
        <host starttime="101" endtime="102"><status state="up" reason="user-set" reason_ttl="0"/>
        <address addr="192.0.2.1" addrtype="ipv4"/><address addr="00:11:22:33:44:55" addrtype="mac"/>
        <hostnames><hostname name="a.test" type="user"/><hostname name="b.test" type="PTR"/></hostnames>
        <ports><extraports state="closed" count="1"><extrareasons reason="resets" count="1" proto="tcp" ports="79"/>
        </extraports><port protocol="tcp" portid="80"><state state="open" reason="syn-ack" reason_ttl="64"/>
        <service name="http" product="nginx" version="1.2" tunnel="ssl" method="probed" conf="10"><cpe>cpe:/a:x</cpe></service>
        <script id="t" output="&#xa;  a&#xa;  k: v"><elem>a</elem>
        <table key="k"><elem key="x">v</elem></table></script><script id="n" output="4">4</script></port></ports>
        <hostscript><script id="h" output="o"/></hostscript><times srtt="1" rttvar="2" to="3"/></host>
        <postscript><script id="p" output="q"/></postscript>
        <runstats><finished time="103" elapsed="3.5" exit="success"/><hosts up="1" down="0" total="1"/></runstats>
        </nmaprun>
        """

    @Test("Nmap's XML gives hosts, ports, services and scripts")
    func nmapXML() throws {
        let results = try read(Self.document)
        let host = try #require(results.hosts.first)
        #expect(results.hosts.count == 1 && results.header?.commandLine == "nmap \"x\"")
        #expect(results.header?.scans.first?.ports == [79, 80, 81])
        #expect(
            host.address.description == "192.0.2.1" && host.targetName == "a.test" && host.name == "b.test"
        )
        #expect(host.macAddress?.description == "00:11:22:33:44:55" && host.times?.variance == 2)
        #expect(host.ports.outcome(of: Port(79, .tcp)) == PortOutcome(.closed, .reset))
        let record = try #require(host.ports[Port(80, .tcp)])
        #expect(record.outcome == PortOutcome(.open, .synAck, ttl: 64))
        #expect(record.service?.product == "nginx" && record.service?.tunnel == .ssl)
        #expect(record.service?.cpes == ["cpe:/a:x"])
        #expect(record.scripts.map(\.id) == ["n", "t"])
        let text = { (text: String) in ScriptValue.text(Array(text.utf8)) }
        #expect(record.scripts.first?.structured == text("4"))
        let inner = ScriptValue.table([.init(key: Array("x".utf8), value: text("v"))])
        #expect(
            record.scripts.last?.structured
                == .table([.init(key: nil, value: text("a")), .init(key: Array("k".utf8), value: inner)])
        )
        #expect(host.scripts.map(\.id) == ["h"] && results.postScripts.map(\.id) == ["p"])
        #expect(results.summary?.elapsed == 3.5 && results.summary?.hostsUp == 1)
    }

    @Test("thousands of hosts with a thousand ports each are read in little time")
    func manyHosts() throws {
        var lines = ""
        for number in 0..<3000 {
            let address = "10.0.\(number / 250).\(number % 250 + 1)"
            lines +=
                #"{"type":"port","host":"\#(address)","name":null,"port":22,"protocol":"tcp","state":"open","#
            lines += #""reason":"syn-ack","ttl":64,"service":null}"# + "\n"
            lines +=
                #"{"type":"host","host":"\#(address)","name":null,"state":"up","other_ports":[{"protocol":"tcp","#
            lines +=
                #""state":"closed","reason":"reset","count":900,"ports":"1-21,23-900"},{"protocol":"tcp","#
            lines += #""state":"filtered","reason":"no-response","count":2,"ports":"950,999"}]}"# + "\n"
        }
        let clock = ContinuousClock()
        var results: ScanResults?
        let time = try clock.measure { results = try read(lines) }
        let host = try #require(results?.hosts.last)
        #expect(host.ports.count == 902 && open(host) == ["22/tcp"])
        #expect(host.ports.outcome(of: Port(999, .tcp))?.state == .filtered)
        #expect(host.ports.outcome(of: Port(900, .tcp)) == PortOutcome(.closed, .reset))
        // Took minutes, and gigabytes, when each port was an object of its own; unoptimised it takes some seconds.
        #expect(time < .seconds(30))
    }

    @Test("Nmap's XML gives systems and ways")
    func systems() throws {
        let text = """
            <nmaprun scanner="nmap"><host endtime="900"><status state="up" reason="reset" reason_ttl="64"/>
            <address addr="192.0.2.1" addrtype="ipv4"/><address addr="00:11:22:33:44:55" addrtype="mac" vendor="Lab"/>
            <os><portused state="open" proto="tcp" portid="22"/><portused state="closed" proto="udp" portid="9"/>
            <osmatch name="Lab 1" accuracy="29" line="5"><osclass type="router" vendor="Lab" osfamily="Linux" osgen="1.X"
            accuracy="29"><cpe>cpe:/o:lab</cpe></osclass></osmatch>
            <osfingerprint fingerprint="OS:SCAN(V=7.93%E=4%D=1/1%DC=I%G=N%TM=64)SEQ(SP=1)OS:T1(R=&#xa;OS:N)"/></os>
            <uptime seconds="100" lastboot="x"/><distance value="2"/>
            <tcpsequence index="17" difficulty="Good luck!" values="A,FFFFFFFF"/>
            <ipidsequence class="All zeros" values="0,1"/><tcptssequence class="1000HZ" values="5"/>
            <trace port="22" proto="tcp"><hop ttl="2" ipaddr="10.0.0.1" rtt="1.50" host="gw"/>
            <hop ttl="3" ipaddr="192.0.2.1" rtt="--"/></trace></host></nmaprun>
            """
        let host = try #require(try read(text).hosts.first)
        let system = try #require(host.os)
        #expect(system.verdict == .matches && system.matches.first?.percent == 29)
        #expect(system.matches.first?.classes.first?.cpes == ["cpe:/o:lab"])
        #expect(system.ports == OSPorts(openTCP: 22, closedTCP: nil, closedUDP: 9) && system.isUnreliable)
        #expect(system.version == "7.93" && system.time == 100 && system.unsuitability != nil)
        #expect(system.sequence.lastBoot == 800 && system.sequence.numbers == [10, .max])
        #expect(system.sequence.identifiers == [0, 1] && system.sequence.timestamps == [5])
        #expect(host.distance == HostDistance(2, .quoted) && host.macVendor == "Lab")
        #expect(host.hops.map { $0.address?.description } == [nil, "10.0.0.1", "192.0.2.1"])
        #expect(
            host.hops[1].roundTrip == 0.0015 && host.hops[1].name == "gw" && host.hops[2].roundTrip == nil
        )
        #expect(host.traceProbe == .port(Port(22, .tcp)))
    }

    @Test("masscan's XML, JSON and list give the same ports")
    func masscan() throws {
        let texts = [
            """
            <?xml version="1.0"?><nmaprun scanner="masscan" start="1" version="1.0-BETA" xmloutputversion="1.03">
            <host endtime="1"><address addr="192.0.2.1" addrtype="ipv4"/><ports><port protocol="tcp" portid="80">
            <state state="open" reason="syn-ack" reason_ttl="64"/></port></ports></host>
            <host endtime="1"><address addr="192.0.2.1" addrtype="ipv4"/><ports><port protocol="udp" portid="53">
            <state state="open" reason="none" reason_ttl="64"/></port></ports></host>
            <runstats><finished time="1" timestr="x" elapsed="1"/><hosts up="2" down="0" total="2"/></runstats></nmaprun>
            """,
            """
            [
            {   "ip": "192.0.2.1",   "timestamp": "1", "ports": [ {"port": 80, "proto": "tcp", "status": "open"} ] }
            ,
            {   "ip": "192.0.2.1",   "timestamp": "1", "ports": [ {"port": 53, "proto": "udp", "status": "open"} ] },
            {finished: 1}
            ]
            """,
            "#masscan\nopen tcp 80 192.0.2.1 1390380064\nopen udp 53 192.0.2.1 1390380064\n# end\n",
        ]
        for (text, format) in zip(texts, [ScanResults.Format.masscanXML, .masscanJSON, .masscanList]) {
            let results = try read(text)
            #expect(results.format == format && results.hosts.count == 1)
            #expect(open(results.hosts.first) == ["80/tcp", "53/udp"])
        }
    }

    @Test("naabu's and zgrab's lines give ports")
    func others() throws {
        let naabu = try read(
            """
            {"host":"a.test","ip":"192.0.2.1","timestamp":"x","port":80,"protocol":"tcp","tls":false}
            {"ip":"192.0.2.1","port":{"Port":81,"Protocol":0}}
            {"host":"only.test","port":82}

            """
        )
        #expect(
            naabu.hosts.map(\.targetName) == ["a.test", nil]
                && naabu.namedPorts == ["only.test": [Port(82, .tcp)]]
        )
        let zgrab = try read(
            """
            {"ip":"192.0.2.1","data":{"http":{"status":"success","protocol":"http","result":{}},
            """.trimmingSuffix
                + "\"ssh\":{\"status\":\"connection-timeout\"},\"tls\":{\"status\":\"success\",\"port\":8443}}}\n"
        )
        #expect(zgrab.format == .zgrab && open(zgrab.hosts.first) == ["80/tcp", "8443/tcp"])
    }

    @Test("lists give addresses of both families, names and protocols")
    func lists() throws {
        let results = try read("# c\n192.0.2.1:80\n192.0.2.1:53/udp # x\n[2001:db8::1]:443\nwww.test:8080\n")
        #expect(results.hosts.map(open) == [["80/tcp", "53/udp"], ["443/tcp"]])
        #expect(results.namedPorts == ["www.test": [Port(8080, .tcp)]])
        #expect(try open(read("[2001:db8::1]:443\n").hosts.first) == ["443/tcp"])
    }

    @Test(
        "what cannot be read is one error",
        arguments: [
            "", "192.0.2.1", "192.0.2.1:99999", "a b c", "{\"x\":1}", "{", "<nmaprun>", "<html/>",
            "<!DOCTYPE nmaprun [<!ENTITY a \"b\">]><nmaprun/>", "open tcp 80 nowhere 1", "..:1:/",
            String(repeating: "<nmaprun>", count: 200_000),
        ]
    )
    func refused(text: String) { #expect(throws: TextError.self) { try read(text) } }
}

extension String {
    fileprivate var trimmingSuffix: String { last == "\n" ? String(dropLast()) : self }
}
