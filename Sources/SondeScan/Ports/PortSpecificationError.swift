// SPDX-License-Identifier: Apache-2.0

package import SondeDatabase
package import SondeModel

/// Why a list of ports makes no sense (spec page `cli`, section 5).
package struct PortSpecificationError: Error, Hashable, Sendable {
    /// What is wrong.
    package enum Problem: Hashable, Sendable {
        /// Something that starts no item.
        case noItem
        /// A range whose end is no number.
        case badRangeEnd
        /// Text behind a number.
        case junkAfterNumber
        /// Text behind a range.
        case junkAfterRange
        /// A number above the limit: 65535, or 255 for protocols.
        case numberTooLarge(limit: Int)
        /// A range that ends before it starts.
        case backwards(Int, Int)
        /// A letter before a colon that is no protocol.
        case unknownProtocol
        /// A name that no listed port has.
        case noMatch
        /// A bracket that closes nothing.
        case unexpectedBracket
        /// A bracket within brackets.
        case nestedBracket
        /// Nothing to scan at all.
        case nothingLeft
        /// `-F` together with `-p`.
        case fastWithList
        /// A number of top ports below 1 or above 65536.
        case badCount
        /// A port ratio outside 0 to 1.
        case badRatio
        /// Top ports are wanted of a services file that has no ratios.
        case noRatios
        /// The services or protocols file is broken.
        case database(DatabaseError)
    }

    /// The offending text.
    package let text: String
    /// What is wrong with it.
    package let problem: Problem

    /// Makes an error.
    package init(_ text: String, _ problem: Problem) {
        self.text = text
        self.problem = problem
    }
}

extension PortSpecificationError: CustomStringConvertible {
    /// What is wrong, and what would be right.
    package var description: String {
        let example = "a correct list looks like -100,200-1024,T:3000-4000,U:60000-"
        switch problem {
        case .noItem: return "port list \"\(text)\" has something else where a port must be; \(example)"
        case .badRangeEnd: return "port range \"\(text)\" has no proper end; \(example)"
        case .junkAfterNumber: return "port list has \"\(text)\" behind a number; \(example)"
        case .junkAfterRange: return "port list has \"\(text)\" behind a range; \(example)"
        case .numberTooLarge(255): return "protocol \(text) is too large; protocols are 0 to 255"
        case .numberTooLarge(let limit): return "port \(text) is too large; ports are 0 to \(limit)"
        case .backwards(let low, let high):
            return "port range \(text) is backwards; write \(high)-\(low)"
        case .unknownProtocol: return "port list has unknown protocol \"\(text)\"; use T:, U:, S: or P:"
        case .noMatch: return "no port has a service name like \"\(text)\"; nmap-services lists the names"
        case .unexpectedBracket: return "port list \"\(text)\" closes a bracket that was not opened"
        case .nestedBracket:
            return "port list \"\(text)\" has brackets within brackets; close the first before"
        case .nothingLeft: return "port list \"\(text)\" names no ports; use -sn to scan no ports"
        case .fastWithList: return "-F and -p exclude each other; see --top-ports and --port-ratio"
        case .badCount: return "number of top ports \(text) does not fit; use 1 to 65536"
        case .badRatio: return "port ratio \(text) does not fit; use at least 0 and less than 1"
        case .noRatios: return "\(text) needs a services file with ratios, and this one has none"
        case .database(let error): return error.description
        }
    }
}

/// What a person should know about a list of ports that is used nevertheless.
package enum PortSpecificationWarning: Hashable, Sendable {
    /// A number was given more than once.
    case duplicates
    /// A protocol's prefix was used, but the protocol is not scanned.
    case protocolNotScanned(TransportProtocol)
    /// A protocol is scanned, but no port of it is left.
    case nothingToScan(TransportProtocol)
}

extension PortSpecificationWarning: CustomStringConvertible {
    /// The warning in words.
    package var description: String {
        switch self {
        case .duplicates: "some ports are given more than once"
        case .protocolNotScanned(let transport):
            "the ports include \"\(transport.prefixLetter):\", but no \(transport.word) scan is asked for"
        case .nothingToScan(let transport):
            "\(transport.word) scan is asked for, but no \(transport.word) ports are given; leaving it out"
        }
    }
}

extension TransportProtocol {
    /// The letter that stands for the protocol in a list of ports.
    var prefixLetter: Character {
        switch self {
        case .tcp: "T"
        case .udp: "U"
        case .sctp: "S"
        case .ip: "P"
        }
    }

    /// The protocol as messages name it.
    var word: String { self == .ip ? "IP protocol" : rawValue.uppercased() }
}
