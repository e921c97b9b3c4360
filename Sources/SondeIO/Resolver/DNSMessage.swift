// SPDX-License-Identifier: Apache-2.0

internal import SondeModel

/// What a DNS message says about one address's name (RFC 1035, section 4).
enum DNSMessage {
    /// The answer to a question for a pointer.
    enum PointerAnswer: Equatable {
        /// The name, as raw octets without the last dot; a dot within a label looks like one between labels.
        case name([UInt8])
        /// The question is to be asked of another name, whose records the message does not have.
        case alias([UInt8])
        /// There is no pointer.
        case nothing
    }

    private static let pointerType: UInt16 = 12
    private static let aliasType: UInt16 = 5
    private static let internetClass: UInt16 = 1
    /// How many aliases of one message are followed.
    static let mostAliases = 16

    /// The name whose pointer tells an address's name.
    static func reverseName(of address: IPAddress) -> String {
        let octets = address.octets.reversed()
        if address.family == .inet {
            return octets.map(String.init).joined(separator: ".") + ".in-addr.arpa"
        }
        let digits = octets.flatMap { [$0 & 15, $0 >> 4] }
        return digits.map { String($0, radix: 16) }.joined(separator: ".") + ".ip6.arpa"
    }

    /// Reads the answer to a question for a pointer.
    ///
    /// - Parameters:
    ///   - octets: the whole message; the caller has checked that it answers its question.
    ///   - name: the name that was asked for.
    /// - Returns: what it says, as far as it can be read.
    static func pointer(in octets: [UInt8], of name: String) -> PointerAnswer {
        guard let records = answers(in: octets) else { return .nothing }
        var wanted = lowercased(Array(name.utf8))
        var hasAlias = false
        // A long chain, or a circle, is somebody's joke; following it would cost its length times the message's.
        for _ in 0...mostAliases {
            let ours = records.filter { $0.owner == wanted }
            if let pointer = ours.first(where: { $0.type == pointerType }) { return .name(pointer.target) }
            guard let alias = ours.first(where: { $0.type == aliasType }) else {
                return hasAlias ? .alias(wanted) : .nothing
            }
            wanted = lowercased(alias.target)
            hasAlias = true
        }
        return .nothing
    }

    private struct Record {
        let owner: [UInt8]
        let type: UInt16
        let target: [UInt8]
    }

    /// The pointers and aliases among the answers; nil if the message breaks off before them.
    private static func answers(in octets: [UInt8]) -> [Record]? {
        guard octets.count >= 12 else { return nil }
        let questionCount = number(octets, 4)
        let answerCount = number(octets, 6)
        var index = 12
        for _ in 0..<questionCount {
            guard let (_, end) = readName(octets, index), end + 4 <= octets.count else { return nil }
            index = end + 4
        }
        var records: [Record] = []
        for _ in 0..<answerCount {
            guard let (owner, end) = readName(octets, index), end + 10 <= octets.count else { break }
            let (type, kind, length) = (number(octets, end), number(octets, end + 2), number(octets, end + 8))
            index = end + 10 + Int(length)
            guard index <= octets.count else { break }
            guard kind == internetClass, type == pointerType || type == aliasType,
                let (target, _) = readName(octets, end + 10), !target.isEmpty
            else { continue }
            records.append(Record(owner: lowercased(owner), type: type, target: target))
        }
        return records
    }

    /// Reads a name that may be compressed: its octets, and where what follows it begins.
    private static func readName(_ octets: [UInt8], _ start: Int) -> (name: [UInt8], end: Int)? {
        var name: [UInt8] = []
        var index = start
        var end: Int?
        var jumps = 0
        while index < octets.count {
            let length = Int(octets[index])
            switch length {
            case 0: return (name, end ?? index + 1)
            case 1..<64:
                guard index + length < octets.count, name.count + length < 255 else { return nil }
                if !name.isEmpty { name.append(UInt8(ascii: ".")) }
                name += octets[index + 1...index + length]
                index += 1 + length
            case 192...255:
                // A pointer must lead back, else a message could send us in circles for long.
                guard index + 1 < octets.count, jumps < 64 else { return nil }
                let target = (length & 63) << 8 | Int(octets[index + 1])
                guard target < index else { return nil }
                end = end ?? index + 2
                index = target
                jumps += 1
            default: return nil
            }
        }
        return nil
    }

    /// Reads a number in network order; the caller has checked that it is there.
    private static func number(_ octets: [UInt8], _ index: Int) -> UInt16 {
        UInt16(octets[index]) << 8 | UInt16(octets[index + 1])
    }

    private static func lowercased(_ octets: [UInt8]) -> [UInt8] {
        octets.map { (65...90).contains($0) ? $0 | 32 : $0 }
    }
}
