// SPDX-License-Identifier: Apache-2.0

import SondeModel

@testable import SondeIO

/// Names and certificates.
enum NameTargets {
    static let all = [
        FuzzTarget("dns", most: 4096, message), FuzzTarget("resolver-files", files),
        FuzzTarget("certificate", most: 8192, certificate),
    ]

    /// The answer of a DNS server to a question for an address's name.
    private static func message(_ octets: [UInt8]) throws {
        for address in [IPAddress(family: .inet, value: 0x7F00_0001), IPAddress(family: .inet6, value: 1)] {
            switch DNSMessage.pointer(in: octets, of: DNSMessage.reverseName(of: address)) {
            case .name(let name), .alias(let name):
                try promise(name.count < 256, "a name is longer than names may be")
                let shown = HostName.sanitised(name)
                try promise(shown.utf8.allSatisfy { (0x21...0x7E).contains($0) }, "a name is shown raw")
            case .nothing: break
            }
        }
    }

    /// The resolver's own files, and what users write for `--dns-servers`.
    private static func files(_ octets: [UInt8]) {
        let hosts = HostsFile(parsing: octets)
        _ = hosts.addresses(of: "localhost")
        let configuration = ResolverConfiguration(parsing: octets, hosts: hosts)
        _ = configuration.servers
        let text = String(decoding: octets, as: UTF8.self)
        _ = ResolverConfiguration.servers(in: text)
        var places = TypedPlaces()
        places.note(text)
        _ = NumericAddress.parse(text)
        if let network = IPNetwork(parsing: text) { _ = network.last }
    }

    /// A certificate as scripts see it; OpenSSL reads it, we read the parts.
    private static func certificate(_ octets: [UInt8]) {
        if let certificate = try? Certificate(pem: octets) { read(certificate) }
        if let certificate = try? Certificate(der: octets) { read(certificate) }
        for digits in [2, 4] { _ = CertificateDate(parsing: octets, yearDigits: digits) }
    }

    private static func read(_ certificate: Certificate) {
        _ = certificate.subject.map(\.value) + certificate.issuer.map(\.value)
        _ = (certificate.notBefore, certificate.notAfter)
        _ = certificate.extensions.map(\.name)
        _ = try? certificate.publicKey()
        _ = (certificate.pem, certificate.der, certificate.signatureAlgorithm)
        _ = certificate.digest("sha256")
    }
}
