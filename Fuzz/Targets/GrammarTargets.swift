// SPDX-License-Identifier: Apache-2.0

import SondeDatabase
import SondeModel

@testable import SondeIO
@testable import SondeScan
@testable import SondeScript
@testable import SondeText

/// What users and other programs type: targets, ports, scripts and their arguments.
enum GrammarTargets {
    static let all = [
        FuzzTarget("target", most: 512, target), FuzzTarget("ports", most: 200, ports),
        FuzzTarget("script-selector", most: 1024, selector), FuzzTarget("script-arguments", arguments),
    ]

    private static let services = Result { () throws(DatabaseError) in
        try ServicesFile(parsing: Array("http 80/tcp 0.5\nhttps 443/tcp 0.2\ndomain 53/udp 0.1\n".utf8))
    }
    private static let protocols = Result { () throws(DatabaseError) in
        try ProtocolsFile(parsing: Array("icmp 1 ICMP\ntcp 6 TCP\n".utf8))
    }

    /// Target specifications, their addresses, and what exclusions leave of them.
    private static func target(_ octets: [UInt8]) throws {
        guard let words = try? TargetFile.words(in: octets) else { return }
        var targets: [ResolvedTarget] = []
        for word in words {
            for family in AddressFamily.allCases {
                guard let found = try? TargetSpecification(parsing: word, family: family) else { continue }
                if case .name(let name, let length) = found {
                    let addresses = [IPAddress(family: family, value: 0x7F00_0001)]
                    let named = try? ResolvedTarget(
                        name: name,
                        prefixLength: length,
                        addresses: addresses,
                        family: family
                    )
                    if let named { targets.append(named) }
                } else if let resolved = ResolvedTarget(found) {
                    targets.append(resolved)
                }
            }
        }
        let excluded = Exclusions(Array(targets.dropFirst().prefix(3)))
        for exclusions in [.none, excluded] {
            var expansion = TargetExpansion(targets, excluding: exclusions)
            var count = 0
            while count < 300, let target = expansion.next() {
                try promise(!exclusions.contains(target.address), "an excluded address is a target")
                count += 1
            }
            try promise(count <= expansion.count, "there are more targets than were counted")
        }
        let text = String(decoding: octets, as: UTF8.self)
        _ = try? Exclusions.specifications(in: text, family: .inet)
        try address(text)
    }

    private static func address(_ text: String) throws {
        guard let address = IPAddress(text) else { return }
        try promise(IPAddress(address.description) == address, "an address is not written as it was read")
    }

    /// Lists of ports, protocols and names, in every place that takes them.
    private static func ports(_ octets: [UInt8]) throws {
        let text = String(decoding: octets, as: UTF8.self)
        let names = PortNames(
            services: { () throws(DatabaseError) in try services.get() },
            protocols: { () throws(DatabaseError) in try protocols.get() }
        )
        _ = try? PortSpecification(parsing: text, for: Set(TransportProtocol.allCases), names: names)
        _ = try? PortSpecification(parsing: text, for: [.udp], names: names)
        for transport in TransportProtocol.allCases {
            _ = try? PortSpecification(list: text, transport: transport, names: names)
        }
        let numbers = PortRanges.numbers(text)
        try promise(PortRanges.numbers(PortRanges.text(numbers)) == numbers, "ranges are not written as read")
    }

    private static let index = ScriptIndex(
        entries: [
            .init(fileName: "http-title.nse", categories: ["default", "safe"]),
            .init(fileName: "ssl-cert.nse", categories: ["default", "discovery"]),
            .init(fileName: "x.nse", categories: ["vuln"]),
        ]
    )

    /// `--script`.
    private static func selector(_ octets: [UInt8]) {
        var input = FuzzInput(octets)
        let count = Int(input.octet() & 3)
        var options = (0..<count).map { _ in input.text() }
        options.append(String(decoding: input.remainder(), as: UTF8.self))
        let request = ScriptSelector.Request(options: options, wantsVersion: count == 1)
        _ = try? ScriptSelector(index: index).select(request) { word in
            switch word.utf8.count % 3 {
            case 0: nil
            case 1: .file(path: "/" + word)
            default: .directory(path: word, files: [word + "/a.nse", "b.nse"])
            }
        }
        _ = NamePattern(options[count]).matches("http-title")
    }

    /// `--script-args` and `--script-args-file`.
    private static func arguments(_ octets: [UInt8]) {
        let half = octets.count / 2
        let joined = ScriptArguments.joinedText(file: Array(octets[..<half]), option: Array(octets[half...]))
        for text in [octets, joined] {
            guard let arguments = try? ScriptArguments(parsing: text) else { continue }
            _ = arguments.value(forKey: "http.useragent")
        }
    }
}
