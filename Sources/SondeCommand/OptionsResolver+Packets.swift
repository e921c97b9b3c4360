// SPDX-License-Identifier: Apache-2.0

internal import Sonde
internal import SondeModel

/// What packets look like.
extension OptionsResolver {
    private static var mostDecoys: Int { 126 }

    /// What packets look like.
    mutating func resolvePackets() throws(UsageError) {
        let typed = flags.evasion
        var packets = PacketRequest()
        if let name = typed.interface { packets.interface = try ValueParsing.text(name, .interface) }
        if let text = typed.sourceAddress { packets.sourceAddress = try sourceAddress(text) }
        if let text = typed.sourcePort {
            packets.sourcePort = UInt16(try ValueParsing.integer(text, .sourcePort, in: 0...65535))
        }
        if let text = typed.timeToLive {
            packets.timeToLive = UInt8(try ValueParsing.integer(text, .timeToLive, in: 0...255))
        }
        packets.payload = try payload()
        packets.spoilsChecksums = typed.spoilsChecksums
        packets.sendsFrames = typed.sendsFrames
        packets.sendsPackets = typed.sendsPackets
        packets.usesAdler32 = typed.usesAdler32
        packets.spoofedAddress = try typed.spoofedAddress.map { (text) throws(UsageError) in
            try ValueParsing.text(text, .spoofMAC)
        }
        packets.fragmentSize = try fragmentSize()
        packets.scanFlags = try flags.ports.scanFlags.map { (text) throws(UsageError) in
            try scanFlags(text)
        }
        if let text = typed.ipOptions { packets.ipOptions = try IPOptionsText.octets(text) }
        if let text = typed.decoys { packets.decoys = try decoys(text) }
        guard !(typed.isPrivileged && typed.isUnprivileged) else {
            throw .value("--privileged and --unprivileged contradict each other; leave one out")
        }
        if typed.isPrivileged { request.plan.isPrivileged = true }
        if typed.isUnprivileged { request.plan.isPrivileged = false }
        request.plan.packets = packets
        noteWithoutPackets()
    }

    /// Says which flags have no effect where only sockets are used.
    private mutating func noteWithoutPackets() {
        let techniques = request.plan.techniques
        let usesPackets =
            isPrivileged && (request.plan.extent == .hosts || techniques.contains { $0 != .connect })
        guard !usesPackets, request.plan.extent != .list else { return }
        let rawOnly: [FlagDeclaration] = [
            .badSum, .fragments, .mtu, .decoys, .spoofMAC, .sendFrames, .adler32, .scanFlags, .sourcePort,
            .dataLength, .dataHex, .dataString, .ipOptions,
        ]
        let why = isPrivileged ? "connect scan does not send them" : "run as root"
        for flag in rawOnly where uses.contains(where: { $0.flag == flag }) {
            note("\(flag.name) has no effect: it needs raw packets, and \(why)")
        }
    }

    private func sourceAddress(_ text: String) throws(UsageError) -> IPAddress {
        guard let address = IPAddress(parsing: text) else {
            throw .value("-S \(shown(text)): give an address of this machine")
        }
        guard address.family == request.plan.targets.family else {
            throw .value("-S \(shown(text)) is of another family than the targets; use -4 or -6 to match")
        }
        return address
    }

    private func payload() throws(UsageError) -> PacketRequest.Payload? {
        let typed = flags.evasion
        guard typed.dataLength.count + typed.dataHex.count + typed.dataString.count <= 1 else {
            throw .value("--data-length, --data and --data-string: give one of them, once")
        }
        if let text = typed.dataLength.first {
            let length = try ValueParsing.integer(text, .dataLength, in: 0...65435)
            return length == 0 ? nil : .random(length: length)
        }
        if let text = typed.dataHex.first {
            return .octets(try limited(ValueParsing.hexOctets(text, .dataHex), .dataHex))
        }
        if let text = typed.dataString.first {
            return .octets(try limited(Array(ValueParsing.text(text, .dataString).utf8), .dataString))
        }
        return nil
    }

    private func limited(_ octets: [UInt8], _ flag: FlagDeclaration) throws(UsageError) -> [UInt8] {
        guard octets.count <= 65435 else {
            throw .value("\(flag.name): \(octets.count) octets do not fit into a packet; give at most 65435")
        }
        return octets
    }

    private func fragmentSize() throws(UsageError) -> Int? {
        let typed = flags.evasion
        guard let text = typed.mtu else { return typed.fragmentCount > 0 ? 8 * typed.fragmentCount : nil }
        guard typed.fragmentCount == 0 else {
            throw .value("-f and --mtu \(shown(text)) both give a fragment size; leave one out")
        }
        let size = try ValueParsing.integer(text, .mtu, in: 1...Int(Int32.max))
        guard size.isMultiple(of: 8) else {
            throw .value("--mtu \(shown(text)): the size must be a multiple of 8")
        }
        return min(size, 65528)
    }

    private func scanFlags(_ text: String) throws(UsageError) -> UInt8 {
        let names: [(String, UInt8)] = [
            ("FIN", 1), ("SYN", 2), ("RST", 4), ("PSH", 8), ("ACK", 16), ("URG", 32), ("ECE", 64),
            ("CWR", 128), ("ALL", 255), ("NONE", 0),
        ]
        if let number = Int(text), text.utf8.allSatisfy({ (48...57).contains($0) }) {
            guard let octet = UInt8(exactly: number) else {
                throw .value("--scanflags \(shown(text)): give a number from 0 to 255, or names")
            }
            return octet
        }
        var octet: UInt8 = 0
        var rest = Substring(try ValueParsing.text(text, .scanFlags).uppercased())
        while !rest.isEmpty {
            if rest.first == "," {
                rest = rest.dropFirst()
                continue
            }
            guard let (name, bit) = names.first(where: { rest.hasPrefix($0.0) }) else {
                throw .value(
                    "--scanflags \(shown(text)): \(shown(String(rest))) is no flag; "
                        + "write URG ACK PSH RST SYN FIN ECE CWR ALL NONE without blanks, as SYNFIN"
                )
            }
            octet |= bit
            rest = rest.dropFirst(name.count)
        }
        return octet
    }

    private func decoys(_ text: String) throws(UsageError) -> [PacketRequest.Decoy] {
        guard isPrivileged else { throw .value("-D \(shown(text)) needs raw packets; run as root") }
        var decoys: [PacketRequest.Decoy] = []
        for part in text.split(separator: ",", omittingEmptySubsequences: false) {
            let word = part.uppercased()
            if word == "ME" {
                guard !decoys.contains(.own) else { throw .value("-D \(shown(text)): ME stands there twice") }
                decoys.append(.own)
            } else if word == "RND" || word.hasPrefix("RND:") {
                let count = word == "RND" ? 1 : Int(word.dropFirst(4)) ?? 0
                guard (1...Self.mostDecoys).contains(count) else {
                    throw .value("-D \(shown(String(part))): give RND:n with n from 1 to \(Self.mostDecoys)")
                }
                decoys += [PacketRequest.Decoy](repeating: .random, count: count)
            } else if let address = IPAddress(parsing: part), address.family == request.plan.targets.family {
                decoys.append(.address(address))
            } else {
                throw .value(
                    "-D \(shown(String(part))): give addresses of the targets' family, ME or RND:n"
                )
            }
        }
        guard decoys.count <= Self.mostDecoys else {
            throw .value("-D names \(decoys.count) decoys; at most \(Self.mostDecoys) are possible")
        }
        return decoys
    }
}
