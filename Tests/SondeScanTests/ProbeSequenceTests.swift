// SPDX-License-Identifier: Apache-2.0

import SondeDatabase
import SondeModel
import Testing

@testable import SondeScan

@Suite("ProbeSequence")
struct ProbeSequenceTests {
    private typealias Event = ProbeSequence.Event

    /// Plays one port: the probes that are asked, `*` for those on the connection before, `~` inside TLS.
    private func play(
        _ port: Port,
        intensity: Int = 7,
        _ answers: [String: [Event]]
    ) throws -> (asked: [String], result: ProbeSequence.Result) {
        let matcher = try ProbeSample.matcher()
        var sequence = ProbeSequence(port, ProbeSample.head(intensity: intensity))
        var step = sequence.start(matcher)
        var asked: [String] = []
        while case .ask(let question) = step {
            let name = matcher.file.probes[question.probe].name
            let mark = (question.isTunnelled ? "~" : "") + name
            asked.append(mark + (question.reusesConnection ? "*" : ""))
            var events = (answers[mark] ?? []) + [.timedOut]
            step = .keepReading
            while step == .keepReading { step = sequence.handle(events.removeFirst(), matcher) }
        }
        return (asked, sequence.result)
    }

    private func text(_ text: String) -> Event { .received(Array(text.utf8)) }

    private func joined(_ fingerprint: String?) -> String {
        (fingerprint ?? "").split(separator: "\nSF:").joined()
    }

    @Test("a greeting settles the service at once")
    func greeting() throws {
        let (asked, result) = try play(Port(22, .tcp), ["NULL": [text("SSH-2.0-Sam"), text("ple_9\r\n")]])
        #expect(asked == ["NULL"])
        #expect(result.ending == .hardMatched)
        #expect(result.finding?.fields[.product] == "Sample shell")
        #expect(result.fingerprint == nil)
        let info = result.info(tableName: "other")
        #expect(info.name == "ssh")
        #expect(info.confidence == 10)
        #expect(info.method == .probed)
        #expect(info.cpes == ["cpe:/a:sample:shell:9", "cpe:/o:sample:unix"])
    }

    @Test("probes meant for the port come first, then the others up to the intensity, each once")
    func order() throws {
        #expect(try play(Port(25, .tcp), [:]).asked == ["NULL", "Hello*", "Blank", "Web", "Secure"])
        #expect(try play(Port(9, .tcp), [:]).asked == ["NULL", "Blank*", "Web", "Secure"])
        #expect(
            try play(Port(9, .tcp), intensity: 9, [:]).asked == ["NULL", "Blank*", "Web", "Hello", "Secure"]
        )
        #expect(try play(Port(8005, .tcp), intensity: 0, [:]).asked == ["NULL", "Web*"])
        #expect(try play(Port(53, .udp), [:]).asked == ["Names"])
        #expect(try play(Port(9, .udp), intensity: 9, [:]).asked == ["Names", "Rare"])
    }

    @Test("silence everywhere is no match, with the name of the table")
    func silence() throws {
        let result = try play(Port(9, .tcp), [:]).result
        #expect(result.ending == .noMatch)
        #expect(result.fingerprint == nil)
        let info = result.info(tableName: "discard")
        #expect(info.name == "discard")
        #expect(info.confidence == 3)
        #expect(info.method == .table)
    }

    @Test("after the end of a connection a new one is used")
    func reconnects() throws {
        let (asked, result) = try play(Port(9, .tcp), ["NULL": [.ended(after: .milliseconds(500))]])
        #expect(asked.prefix(2) == ["NULL", "Blank"])
        #expect(result.ending == .noMatch)
    }

    @Test(
        "a connection that ends early without a word is wrapped",
        arguments: [
            Event.ended(after: .milliseconds(499)), .reset(after: .zero),
        ]
    )
    private func wrapped(event: Event) throws {
        let (asked, result) = try play(Port(9, .tcp), ["NULL": [event]])
        #expect(asked == ["NULL"])
        let info = result.info(tableName: "discard")
        #expect(info.name == "tcpwrapped")
        #expect(info.confidence == 8)
        #expect(info.method == .probed)
    }

    @Test("a service that ends every connection late and without a word is wrapped too")
    func wrappedInTheEnd() throws {
        let end = [Event.ended(after: .seconds(1))]
        let result = try play(Port(9, .tcp), ["NULL": end, "Blank": end, "Web": end, "Secure": end]).result
        #expect(result.ending == .wrapped)
        let once = try play(Port(9, .tcp), ["NULL": end, "Blank": end, "Web": [], "Secure": end]).result
        #expect(once.ending == .noMatch)
    }

    @Test("on the connection of the greeting, greeting and answer are one text")
    func oneConnection() throws {
        let answers = ["NULL": [text("HTTP/1.0 200 K\r\n")], "Web": [text("Server: Sample/8\r\n")]]
        let (asked, result) = try play(Port(80, .tcp), answers)
        #expect(asked == ["NULL", "Web*"])
        #expect(result.finding?.fields[.version] == "8")
    }

    @Test("a soft match narrows the probes to those that know the service")
    func soft() throws {
        let greeting = ["NULL": [text("220 ready\r\n")]]
        let (asked, result) = try play(Port(9, .tcp), greeting)
        #expect(asked == ["NULL", "Hello*"])
        #expect(result.ending == .softMatched)
        #expect(result.info(tableName: nil).name == "mail")
        #expect(result.info(tableName: nil).confidence == 10)
        #expect(joined(result.fingerprint).contains("%r(NULL,B,\"220\\x20ready\\r\\n\")"))
        #expect(try play(Port(9, .tcp), intensity: 9, greeting).asked.count == 5)
        #expect(try play(Port(9, .tcp), intensity: 6, greeting).result.fingerprint == nil)
    }

    @Test("a hard match after a soft one keeps what it does not tell itself")
    func softThenHard() throws {
        let answers = ["NULL": [text("220 ready\r\n")], "Hello": [text("250 hello from h.test\r\n")]]
        let result = try play(Port(9, .tcp), answers).result
        #expect(result.ending == .hardMatched)
        #expect(result.finding?.fields == [.product: "Sample mail", .hostname: "h.test", .info: "greets"])
    }

    @Test("TLS is entered once, and what was known before is forgotten")
    func tunnel() throws {
        let answers = [
            "Blank": [text("odd")], "Secure": [text("\u{16}\u{3}")],
            "~Web": [text("HTTP/1.1 200 K\r\nServer: Sample/5")],
        ]
        let (asked, result) = try play(Port(443, .tcp), answers)
        #expect(asked == ["NULL", "Blank*", "Web", "Secure", "~NULL", "~Web*"])
        #expect(result.isTunnelled)
        #expect(result.info(tableName: "https").name == "http")
        #expect(result.info(tableName: "https").tunnel == .ssl)
    }

    @Test("what says nothing inside TLS keeps the tunnel and the table's name")
    func silentTunnel() throws {
        let (asked, result) = try play(
            Port(9, .tcp),
            ["Secure": [text("\u{16}\u{3}")], "~Web": [text("odd")]]
        )
        #expect(asked == ["NULL", "Blank*", "Web", "Secure", "~NULL", "~Blank*", "~Web", "~Secure"])
        #expect(result.ending == .noMatch)
        let info = result.info(tableName: nil)
        #expect(info.name == nil)
        #expect(info.tunnel == .ssl)
        #expect(result.fingerprint?.contains("%T=SSL") == true)
    }

    @Test("a line may tell that the service is inside TLS, and which it is")
    func tunnelByName() throws {
        let (asked, result) = try play(Port(9, .tcp), ["Secure": [text("\u{17}")]])
        #expect(asked.last == "Secure")
        #expect(result.finding?.name == "imaps")
        #expect(result.isTunnelled)
    }

    @Test("no connection, or a host out of reach, ends it", arguments: [Event.notConnected, .lost])
    private func incomplete(event: Event) throws {
        let (asked, result) = try play(Port(9, .tcp), ["NULL": [event]])
        #expect(asked == ["NULL"])
        #expect(result.ending == .incomplete)
        #expect(result.info(tableName: "discard").name == "discard")
        let soft = try play(Port(9, .tcp), ["NULL": [text("220 ready\r\n")], "Hello": [event]]).result
        #expect(soft.info(tableName: "discard").name == "mail")
        #expect(soft.info(tableName: "discard").confidence == 3)
    }

    @Test("answers that nothing knows are in the fingerprint, and no more than 4096 octets are waited for")
    func unknown() throws {
        let half = [UInt8](repeating: 88, count: 2048)
        let answers: [String: [Event]] = [
            "Blank": [text("odd"), .ended(after: .zero)], "Web": [.received(half), .received(half)],
            "Secure": [text("lost"), .reset(after: .zero)],
        ]
        let result = try play(Port(9, .tcp), answers).result
        let print = joined(result.fingerprint)
        #expect(print.contains("%r(Blank,3,\"odd\")"))
        #expect(print.contains("%r(Web,1000,"))
        #expect(!print.contains("Secure"))
    }

    @Test("what would be asked next can be told ahead, and telling changes nothing")
    func upcoming() throws {
        let matcher = try ProbeSample.matcher()
        var sequence = ProbeSequence(Port(25, .tcp), ProbeSample.head())
        _ = sequence.start(matcher)
        let names = { (count: Int) in
            sequence.upcoming(count, matcher).map { matcher.file.probes[$0.probe].name }
        }
        #expect(names(2) == ["Hello", "Blank"])
        #expect(names(9) == ["Hello", "Blank", "Web", "Secure"])
        #expect(
            sequence.handle(.timedOut, matcher)
                == .ask(.init(probe: 3, isTunnelled: false, reusesConnection: true))
        )
    }
}
