// SPDX-License-Identifier: Apache-2.0

// What it costs to recognise a service by its answer:
//
//     SONDE_BENCHMARKS=1 swift build -c release --product sonde-service-match
//     .build/release/sonde-service-match [/usr/share/nmap/nmap-service-probes]
//
// Prints for each answer what it is taken for, the time of the first match, for which patterns are compiled, and the time of
// each further one.

internal import SondeDatabase
internal import SondeIO
internal import SondeModel
internal import SondeScan

/// An answer and the probe that it is given to.
struct Sample {
    let name: String
    let probe: String
    let answer: [UInt8]

    init(_ name: String, _ probe: String, _ text: String) {
        self.name = name
        self.probe = probe
        answer = Array(text.utf8)
    }
}

let page = String(repeating: "<p>Nothing that any pattern knows stands on this page.</p>\n", count: 60)
let samples = [
    Sample("SSH greeting", "NULL", "SSH-2.0-OpenSSH_9.2p1 Debian-2+deb12u3\r\n"),
    Sample("SMTP greeting", "NULL", "220 mail.example.test ESMTP Postfix (Debian/GNU)\r\n"),
    Sample("FTP greeting", "NULL", "220 (vsFTPd 3.0.3)\r\n"),
    Sample("unknown greeting", "NULL", "+HELLO 17 this is a service that nobody has seen before\r\n"),
    Sample(
        "web page",
        "GetRequest",
        "HTTP/1.1 200 OK\r\nServer: nginx/1.22.1\r\nDate: Thu, 01 Jan 1970 00:00:00 GMT\r\n"
            + "Content-Type: text/html\r\nContent-Length: \(page.utf8.count)\r\nConnection: close\r\n\r\n\(page)"
    ),
    Sample("web page of nobody", "GetRequest", "HTTP/1.1 200 OK\r\nX-Thing: 1\r\n\r\n\(page)"),
    Sample("noise", "GetRequest", String((0..<2000).map { Character(UnicodeScalar(UInt8($0 * 79 % 127))) })),
]
let path = CommandLine.arguments.dropFirst().first ?? "/usr/share/nmap/nmap-service-probes"
let rounds = 2000

/// Measures a piece of work, in microseconds.
func microseconds(_ work: () -> Void) -> Double {
    let spent = ContinuousClock().measure(work).components
    return Double(spent.seconds) * 1e6 + Double(spent.attoseconds) / 1e12
}

/// A number with one digit behind the point, at the right of a column.
func column(_ value: Double) -> String {
    let tenths = Int((value * 10).rounded())
    let text = "\(tenths / 10).\(tenths % 10)"
    return String(repeating: " ", count: max(0, 12 - text.count)) + text
}

do {
    let octets = try FileReader.contents(of: path)
    var file = ServiceProbesFile.empty
    let reading = microseconds { file = (try? ServiceProbesFile(parsing: octets)) ?? .empty }
    let lines = file.probes.reduce(0) { $0 + $1.matches.count }
    print("\(file.probes.count) probes, \(lines) lines, read in \(Int(reading / 1000)) ms")
    print("   first, us     each, us  answer")
    let matcher = ServiceMatcher(file)
    for sample in samples {
        guard let probe = file.probes.firstIndex(where: { $0.name == sample.probe && $0.transport == .tcp })
        else { continue }
        var name = "not recognised"
        let first = microseconds { name = matcher.match(sample.answer, to: probe)?.name ?? name }
        let all = microseconds { for _ in 0..<rounds { _ = matcher.match(sample.answer, to: probe) } }
        print(column(first), column(all / Double(rounds)), " \(sample.name): \(name)")
    }
} catch {
    print("cannot read \(path): \(error)")
}
