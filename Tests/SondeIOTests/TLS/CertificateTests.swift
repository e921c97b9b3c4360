// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import SondeIO

@Suite struct CertificateTests {
    private func certificate(_ name: String) throws -> Certificate {
        let file = try FileReader.contents(of: Fixture.path("certificates/\(name).pem"))
        return try Certificate(pem: file)
    }

    private func text(_ entries: [CertificateNameEntry]) -> [String] {
        entries.map { entry in
            let name =
                switch entry.name {
                case .text(let name): name
                case .numbers(let numbers): numbers.joined(separator: "-")
                }
            return name + "=" + String(decoding: entry.value, as: UTF8.self)
        }
    }

    private func hex(_ octets: [UInt8]) -> String {
        octets.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }

    @Test("names keep their order and their repetitions, with OpenSSL's long names")
    func names() throws {
        let expected = [
            "countryName=XX", "stateOrProvinceName=Some State", "localityName=Some Town",
            "organizationName=Sonde Tests", "organizationalUnitName=One", "organizationalUnitName=Two",
            "commonName=rsa.example.test", "emailAddress=a@example.test",
        ]
        let certificate = try certificate("rsa")
        #expect(text(certificate.subject) == expected)
        #expect(text(certificate.issuer) == expected)
    }

    @Test("an attribute OpenSSL does not know is named by its numbers")
    func unknownAttribute() throws {
        #expect(text(try certificate("ec").subject) == ["commonName=ec.example.test", "1-2-3-4-5=odd"])
    }

    @Test(
        "the signature algorithm has its long name",
        arguments: [
            ("rsa", "sha256WithRSAEncryption"), ("ec", "ecdsa-with-SHA256"), ("ed25519", "ED25519"),
            ("dsa", "dsa_with_SHA256"),
        ]
    )
    func signatureAlgorithm(name: String, algorithm: String) throws {
        #expect(try certificate(name).signatureAlgorithm == algorithm)
    }

    @Test("both forms of time are read, in UTC")
    func validity() throws {
        let certificate = try certificate("ec")
        let start = try #require(CertificateDate(parsing: Array("261123235839Z".utf8), yearDigits: 2))
        let end = try #require(CertificateDate(parsing: Array("21261030235839Z".utf8), yearDigits: 4))
        #expect(certificate.notBefore == .calendar(start))
        #expect(certificate.notAfter == .calendar(end))
        #expect((start.year, start.month, start.day) == (2026, 11, 23))
        #expect((start.hour, start.minute, start.second) == (23, 58, 39))
        #expect(end.year == 2126)
    }

    @Test(
        "years of two digits lie between 1950 and 2049",
        arguments: [("49", 2049), ("50", 1950), ("99", 1999)]
    )
    func century(digits: String, year: Int) {
        #expect(CertificateDate(parsing: Array("\(digits)0101000000Z".utf8), yearDigits: 2)?.year == year)
    }

    @Test(
        "what is not a time is left unparsed",
        arguments: ["", "Z", "2611232358Z", "261323235839Z", "26112323583xZ", "261123235839+0100"]
    )
    func badTime(text: String) {
        #expect(CertificateDate(parsing: Array(text.utf8), yearDigits: 2) == nil)
    }

    @Test("writing PEM gives back the file that was read")
    func pem() throws {
        let file = try FileReader.contents(of: Fixture.path("certificates/rsa.pem"))
        #expect(try Certificate(pem: file).pem == String(decoding: file, as: UTF8.self))
    }

    @Test("extensions are printed as OpenSSL prints them")
    func extensions() throws {
        let extensions = try certificate("rsa").extensions
        let lines = extensions.map { item in
            let value = item.value.map { String(decoding: $0, as: UTF8.self) } ?? "?"
            return "\(item.name)|\(value)|\(item.isCritical)"
        }
        #expect(
            lines == [
                "X509v3 Basic Constraints|CA:TRUE|true",
                "X509v3 Key Usage|Digital Signature, Key Encipherment, Certificate Sign|true",
                "X509v3 Extended Key Usage|TLS Web Server Authentication, TLS Web Client Authentication|false",
                "X509v3 Subject Alternative Name|DNS:localhost, DNS:*.example.test, IP Address:127.0.0.1|false",
                "X509v3 Subject Key Identifier|E4:48:78:FB:C8:7A:02:5C:C0:9B:77:47:E7:D2:7A:01:6F:BD:1C:C4|false",
                "1.2.3.4|?|false",
            ]
        )
        #expect(try certificate("ed25519").extensions.isEmpty)
    }

    @Test("an RSA key gives its exponent and modulus")
    func rsaKey() throws {
        let key = try certificate("rsa").publicKey()
        #expect(key.bits == 2048)
        guard case .rsa(let exponent, let modulus) = key.kind else {
            Issue.record("not RSA")
            return
        }
        #expect(exponent == [1, 0, 1])
        #expect(modulus.count == 256)
        #expect(hex(Array(modulus.prefix(4))) == "a4fdc5a8")
        #expect(hex(Array(modulus.suffix(2))) == "942d")
    }

    @Test(
        "every kind of key is told apart",
        arguments: [
            ("ec", CertificatePublicKey.Kind.ellipticCurve(.named("prime256v1")), 256),
            ("ec-explicit", .ellipticCurve(.explicitPrime), 384),
            ("ec-binary", .ellipticCurve(.explicitCharacteristicTwo), 281),
            ("dsa", .dsa, 1024), ("ed25519", .unknown, 256),
        ]
    )
    func keyKinds(name: String, kind: CertificatePublicKey.Kind, bits: Int) throws {
        let key = try certificate(name).publicKey()
        #expect(key.kind == kind)
        #expect(key.bits == bits)
    }

    @Test("a key that cannot be decoded is an error in the words scripts expect")
    func badKey() throws {
        let certificate = try certificate("bad-key")
        #expect(text(certificate.subject).first == "commonName=ec.example.test")
        let error = #expect(throws: CertificateError.self) { try certificate.publicKey() }
        #expect(error?.code == .undecodableKey)
        #expect(error?.description.hasPrefix("Error parsing cert: error:") == true)
    }

    @Test("digests are those of the DER form; unknown algorithms have none")
    func digests() throws {
        let certificate = try certificate("rsa")
        #expect(hex(certificate.digest("md5") ?? []) == "0440ffd87d17e28cbefbfa50339a8d6c")
        #expect(hex(certificate.digest("SHA1") ?? []) == "05f313c31bf3dec02e5403de1221ce489fbe446d")
        #expect(certificate.digest("sha256")?.count == 32)
        #expect(certificate.digest("rot13") == nil)
        #expect(certificate.digest("") == nil)
    }

    @Test("DER is a fixed point")
    func fixedPoint() throws {
        let der = try certificate("rsa").der
        #expect(try Certificate(der: der).der == der)
    }

    @Test("octets that are no certificate are an error", arguments: [[], [0x30], Array("hello".utf8)])
    func garbage(octets: [UInt8]) {
        #expect(throws: CertificateError.self) { try Certificate(der: octets) }
        #expect(throws: CertificateError.self) { try Certificate(pem: octets) }
    }

    @Test("a damaged certificate never traps", arguments: ["rsa", "ec", "ec-explicit", "ec-binary", "dsa"])
    func damage(name: String) throws {
        let der = try certificate(name).der
        var generator = SystemRandomNumberGenerator()
        for _ in 0..<300 {
            var octets = der
            for _ in 0..<Int.random(in: 1...4, using: &generator) {
                octets[Int.random(in: octets.indices, using: &generator)] = .random(
                    in: 0...255,
                    using: &generator
                )
            }
            if Bool.random(using: &generator) {
                octets.removeLast(.random(in: 0..<octets.count, using: &generator))
            }
            guard let certificate = try? Certificate(der: octets) else { continue }
            _ = (certificate.subject, certificate.issuer, certificate.extensions, certificate.pem)
            _ = (certificate.notBefore, certificate.notAfter, certificate.signatureAlgorithm)
            _ = try? certificate.publicKey()
            #expect(certificate.digest("sha256")?.count == 32)
        }
    }
}
