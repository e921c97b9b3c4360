// SPDX-License-Identifier: Apache-2.0

package import SondeModel

/// What a resolver knows before it asks.
package struct ResolverConfiguration: Hashable, Sendable {
    /// The port of DNS servers unless said otherwise.
    package static let defaultPort: UInt16 = 53

    /// The servers, first choice first.
    package var servers: [SocketAddress]
    /// Domains that are tried after names with few dots.
    package var searchDomains: [String]
    /// Names with at least so many dots are asked for as they are first.
    package var dotsForAbsolute: Int
    /// How long to wait for the first answer to a forward look-up; each further round waits twice as long.
    package var timeout: TimeSpan
    /// How often each server is asked in a forward look-up.
    package var attempts: Int
    /// Names that are answered without a query.
    package var hosts: HostsFile

    /// Makes a configuration; the defaults are those of `resolv.conf(5)`.
    package init(
        servers: [SocketAddress],
        searchDomains: [String] = [],
        dotsForAbsolute: Int = 1,
        timeout: TimeSpan = .seconds(5),
        attempts: Int = 2,
        hosts: HostsFile = HostsFile()
    ) {
        self.servers = servers
        self.searchDomains = searchDomains
        self.dotsForAbsolute = dotsForAbsolute
        self.timeout = timeout
        self.attempts = attempts
        self.hosts = hosts
    }

    /// Reads a resolver configuration file (`resolv.conf(5)`); what is not understood is passed over.
    package init(parsing octets: [UInt8], hosts: HostsFile = HostsFile()) {
        self.init(servers: [], hosts: hosts)
        for line in octets.split(whereSeparator: { $0 == 10 || $0 == 13 }) {
            let words = line.split(whereSeparator: { $0 == 32 || $0 == 9 })
                .map { String(decoding: $0, as: UTF8.self) }
            guard let keyword = words.first else { continue }
            read(keyword, Array(words.dropFirst()))
        }
    }

    /// The configuration of this host: `/etc/resolv.conf` and `/etc/hosts`, as far as they can be read.
    ///
    /// - Parameter servers: used instead of the file's if there are any (`--dns-servers`).
    /// - Returns: the configuration; without servers if none is named anywhere.
    package static func ofSystem(servers: [SocketAddress] = []) -> ResolverConfiguration {
        let limit = 16 << 20
        let hosts = (try? FileReader.contents(of: "/etc/hosts", limit: limit)) ?? []
        let settings = (try? FileReader.contents(of: "/etc/resolv.conf", limit: limit)) ?? []
        var configuration = Self(parsing: settings, hosts: HostsFile(parsing: hosts))
        if !servers.isEmpty { configuration.servers = servers }
        return configuration
    }

    /// Reads a list of servers as users write it.
    ///
    /// - Parameter text: addresses, each perhaps with a port (`192.0.2.1:5353`, `[2001:db8::1]:53`), separated by commas
    ///   or blanks.
    /// - Returns: the servers, and the words that are no addresses; those may be names to resolve.
    package static func servers(in text: String) -> (servers: [SocketAddress], others: [String]) {
        var result: (servers: [SocketAddress], others: [String]) = ([], [])
        for word in text.split(whereSeparator: { $0 == "," || $0 == " " || $0 == "\t" }) {
            if let server = server(word) {
                result.servers.append(server)
            } else {
                result.others.append(String(word))
            }
        }
        return result
    }

    private static func server(_ word: Substring) -> SocketAddress? {
        if let address = IPAddress(parsing: word) { return SocketAddress(address, port: defaultPort) }
        guard let colon = word.lastIndex(of: ":") else {
            return bracketed(word).map { SocketAddress($0, port: defaultPort) }
        }
        let head = word[..<colon]
        if let port = UInt16(word[word.index(after: colon)...]), port != 0,
            let address = bracketed(head) ?? IPAddress(parsing: head),
            address.family == .inet || head.first == "["
        {
            return SocketAddress(address, port: port)
        }
        return bracketed(word).map { SocketAddress($0, port: defaultPort) }
    }

    private static func bracketed(_ word: Substring) -> IPAddress? {
        guard word.first == "[", word.last == "]" else { return nil }
        return IPAddress(parsing: word.dropFirst().dropLast())
    }

    private mutating func read(_ keyword: String, _ values: [String]) {
        switch keyword {
        case "nameserver":
            guard let value = values.first, let address = IPAddress(parsing: value) else { return }
            servers.append(SocketAddress(address, port: Self.defaultPort))
        case "search": searchDomains = values
        case "domain": searchDomains = Array(values.prefix(1))
        case "options": for value in values { readOption(value) }
        default: return
        }
    }

    private mutating func readOption(_ option: String) {
        let parts = option.split(separator: ":", maxSplits: 1)
        guard parts.count == 2, let number = Int(parts[1]), number >= 0 else { return }
        switch parts[0] {
        case "ndots": dotsForAbsolute = min(number, 15)
        case "timeout": timeout = .seconds(Double(min(max(number, 1), 30)))
        case "attempts": attempts = min(max(number, 1), 5)
        default: return
        }
    }
}
