// SPDX-License-Identifier: Apache-2.0

internal import SondeDatabase
internal import SondeIO
internal import SondeLua
internal import SondeModel

/// The data files that scripts look things up in; each is read when it is first asked for.
final class ScriptDatabases {
    private let directory: DataDirectory
    private lazy var prefixes = read("nmap-mac-prefixes").map { MACPrefixesFile(parsing: $0) } ?? .empty
    private lazy var protocols = read("nmap-protocols").flatMap { try? ProtocolsFile(parsing: $0) } ?? .empty

    init(_ directory: DataDirectory) { self.directory = directory }

    /// Whom a hardware address belongs to.
    func vendor(of address: MACAddress) -> String? { prefixes.vendor(of: address) }

    /// The name of an IP protocol.
    func protocolName(of number: UInt8) -> String? { protocols.name(of: number) }

    /// The number of an IP protocol.
    func protocolNumber(of name: String) -> UInt8? { protocols.number(of: name) }

    private func read(_ name: String) -> [UInt8]? {
        guard case .file(let path) = directory.locate(name) else { return nil }
        return try? FileReader.contents(of: path)
    }
}

/// The `nmapdb` module of newer trees (spec `native-modules`, section 2).
extension ScriptEngine {
    func installDatabases() throws(LuaError) {
        let databases = ScriptDatabases(dataDirectory)
        try NativeModules.withTable("nmapdb", in: lua) { frame in
            add(frame, "mac2corp") { (frame) throws(HostError) in
                let octets = try frame.string(at: 1)
                guard let address = Self.hardwareAddress(octets) else {
                    throw .message("Expected a 6-byte MAC address")
                }
                return Self.push(frame, databases.vendor(of: address))
            }
            add(frame, "getservbyport") { [facts] (frame) throws(HostError) in
                enum Choice: String { case tcp, udp, sctp }
                guard let number = UInt16(exactly: try frame.integer(at: 1)) else {
                    throw .message("Port number out of range")
                }
                let choice: Choice = try frame.option(at: 2)
                let transport = TransportProtocol(rawValue: choice.rawValue) ?? .tcp
                return Self.push(frame, facts.serviceName(of: Port(number, transport)))
            }
            add(frame, "getprotbynum") { (frame) throws(HostError) in
                guard let number = UInt8(exactly: try frame.integer(at: 1)) else {
                    throw .message("Protocol number out of range")
                }
                return Self.push(frame, databases.protocolName(of: number))
            }
            add(frame, "getprotbyname") { (frame) throws(HostError) in
                if let number = databases.protocolNumber(of: try frame.text(at: 1)) {
                    frame.push(Int(number))
                } else {
                    frame.pushNil()
                }
                return .results(1)
            }
        }
    }

    private static func push(_ frame: borrowing CallFrame, _ name: String?) -> HostReturn {
        if let name { frame.push(name) } else { frame.pushNil() }
        return .results(1)
    }

    /// An address of six octets, or of twelve digits with colons between the pairs or without.
    static func hardwareAddress(_ octets: [UInt8]) -> MACAddress? {
        if octets.count == 6 { return MACAddress(octets: octets) }
        var values: [UInt8] = []
        var rest = octets[...]
        while !rest.isEmpty {
            if !values.isEmpty, rest.first == UInt8(ascii: ":") { rest = rest.dropFirst() }
            guard rest.count >= 2, values.count < 6,
                rest.prefix(2).allSatisfy({ $0 != UInt8(ascii: "+") && $0 != UInt8(ascii: "-") }),
                let value = UInt8(String(decoding: rest.prefix(2), as: UTF8.self), radix: 16)
            else { return nil }
            values.append(value)
            rest = rest.dropFirst(2)
        }
        return values.count == 6 ? MACAddress(octets: values) : nil
    }
}
