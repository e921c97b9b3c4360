// SPDX-License-Identifier: Apache-2.0

import SondeModel
import Testing

@testable import SondeOutput

@Suite("ServiceText")
struct ServiceTextTests {
    private func record(_ state: PortState, _ service: ServiceInfo?) -> PortRecord {
        PortRecord(port: Port(80, .tcp), outcome: PortOutcome(state, .synAck), service: service)
    }

    private func service(_ change: (inout ServiceInfo) -> Void) -> ServiceInfo {
        var service = ServiceInfo(name: "http")
        change(&service)
        return service
    }

    @Test("only a guessed name of an open port gets a question mark, and only with -sV")
    func questionMark() {
        let detecting = ReportOptions.with { $0.versionRequested = true }
        let guess = service { _ in }
        let sure = service { $0.confidence = 8 }
        #expect(ServiceText.name(record(.open, guess), detecting) == "http?")
        #expect(ServiceText.name(record(.open, guess), ReportOptions()) == "http")
        #expect(ServiceText.name(record(.closed, guess), detecting) == "http")
        #expect(ServiceText.name(record(.open, sure), detecting) == "http")
        #expect(ServiceText.name(record(.open, ServiceInfo(name: "unknown")), detecting) == "unknown")
        #expect(ServiceText.name(record(.open, nil), detecting) == "unknown")
        #expect(ServiceText.name(record(.open, service { $0.tunnel = .ssl }), ReportOptions()) == "ssl/http")
    }

    @Test("the version is product, version and further words, with dots for what cannot be printed")
    func version() {
        let full = service {
            $0.product = "Pré\u{1}d"
            $0.version = "1/2"
            $0.extraInfo = "ex<\tra\n"
        }
        #expect(ServiceText.version(full) == "Pr...d 1/2 (ex<.ra.)")
        #expect(ServiceText.version(service { $0.extraInfo = "x" }) == "(x)")
        #expect(ServiceText.version(service { $0.version = "" }) == "")
        #expect(ServiceText.version(nil) == "")
    }

    @Test("what open ports say of the host is listed once each, without applications")
    func info() {
        let one = service {
            $0.hostname = "hn"
            $0.osType = "OS"
            $0.deviceType = "dev"
            $0.cpes = ["cpe:/a:x:y:1.2", "cpe:/o:v:os", "cpe:/h:z:q"]
        }
        let other = service {
            $0.hostname = "hn2"
            $0.osType = "os"
        }
        let closed = service { $0.deviceType = "closed" }
        let records = [record(.open, one), record(.open, other), record(.closed, closed)]
        #expect(
            ServiceText.info(records, hostName: nil)
                == "Service Info: Hosts: hn, hn2; OS: OS; Device: dev; CPE: cpe:/o:v:os, cpe:/h:z:q"
        )
        #expect(ServiceText.info([record(.open, service { _ in })], hostName: nil) == nil)
    }

    @Test("fingerprints are shown below a line that counts them")
    func unrecognized() {
        let odd = record(.open, service { $0.fingerprint = "SF:a\nSF:\u{1B}" })
        #expect(ServiceText.unrecognized([odd]).last == "SF:a\nSF:\\x1B")
        #expect(ServiceText.unrecognized([odd, odd]).first?.hasPrefix("2 services unrecognized") == true)
        #expect(ServiceText.unrecognized([record(.open, nil)]).isEmpty)
    }

    @Test("a version that is too long is cut, and what has no room is left out")
    func longVersion() {
        let long = service {
            $0.product = String(repeating: "p", count: 79)
            $0.version = String(repeating: "v", count: 79)
            $0.extraInfo = "extra"
        }
        #expect(ServiceText.version(long) == long.product.map { $0 + " " + (long.version ?? "") })
        let longer = service {
            $0.product = String(repeating: "p", count: 79)
            $0.extraInfo = String(repeating: "e", count: 200)
        }
        #expect(ServiceText.version(longer).hasSuffix("eee...)"))
        #expect(ServiceText.version(longer).utf8.count == 159)
    }

    @Test("the host's own name is not repeated, and of many values five are told")
    func infoLimits() {
        let records = (1...7).map { number in record(.open, service { $0.hostname = "Host\(number).test" }) }
        let list = "Host1.test, Host2.test, Host4.test, Host5.test, Host6.test"
        #expect(ServiceText.info(records, hostName: "HOST3.test") == "Service Info: Hosts: " + list)
    }

    @Test("a fingerprint in one line has lost its line ends and their marks")
    func unwrapped() {
        #expect(ServiceText.unwrapped("SF-Port1\nSF:ab\nSF:SF:c;") == "SF-Port1abSF:c;")
    }

    @Test("an unknown service inside TLS is told as such")
    func unknownInTLS() {
        let unknown = ServiceInfo(name: nil)
        var inside = unknown
        inside.tunnel = .ssl
        let options = ReportOptions.with { $0.versionRequested = true }
        #expect(ServiceText.name(record(.open, inside), options) == "ssl/unknown")
    }
}
