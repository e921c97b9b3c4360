// SPDX-License-Identifier: Apache-2.0

internal import SondeModel

/// Reads the lines of a service probes file.
struct ServiceProbesParser {
    private(set) var probes: [ServiceProbe] = []
    private(set) var exclusion: String?
    /// The line being read, from 1.
    private(set) var line = 0

    let octets: [UInt8]
    /// The octet that is read next, and the end of its line.
    var position = 0
    var end = 0
    /// The probe whose lines are being read.
    private var probe: ServiceProbe?
    private var hasNullProbe = false

    init(_ octets: [UInt8]) { self.octets = octets }

    /// Reads the whole file.
    mutating func parse() throws(ServiceProbesProblem) {
        var next = 0
        while next < octets.count {
            position = next
            line += 1
            var index = next
            while index < octets.count, octets[index] != Octet.newline { index += 1 }
            next = index + 1
            end = index > position && octets[index - 1] == UInt8(ascii: "\r") ? index - 1 : index
            if position < end, octets[position] != Octet.hash { try readLine() }
        }
        finishProbe()
        try resolveFallbacks()
    }

    /// The lines of answers are most of the file, and come first.
    private mutating func readLine() throws(ServiceProbesProblem) {
        let start = position
        if skip("match ") { return try readMatch(isSoft: false) }
        if skip("softmatch ") { return try readMatch(isSoft: true) }
        if skip("Probe ") { return try readProbe(from: start) }
        if skip("Exclude ") {
            guard probes.isEmpty, probe == nil, exclusion == nil else { throw .misplacedExclude }
            exclusion = text(position..<end)
            return
        }
        let word = text(start..<min(end, start + 40))
        guard let directive = ProbeDirective.allCases.first(where: { skip($0.prefix) }) else {
            throw .unknownDirective(word)
        }
        guard var probe else { throw .noProbe(word) }
        try apply(directive, to: &probe)
        self.probe = probe
    }

    // MARK: Probes

    private mutating func readProbe(from start: Int) throws(ServiceProbesProblem) {
        finishProbe()
        let line = text(start..<min(end, start + 60))
        let transport: TransportProtocol
        if skip("TCP ") {
            transport = .tcp
        } else if skip("UDP ") {
            transport = .udp
        } else {
            throw .badProbe(line)
        }
        let name = word()
        guard let first = octets[name].first, Octet.isDigit(first) || (97...122).contains(first | 32),
            skip(" q"), let place = delimited()
        else { throw .badProbe(line) }
        guard let payload = OctetString.unescaped(octets[place]) else { throw .badEscape(text(place)) }
        if payload.isEmpty {
            guard transport == .tcp, !hasNullProbe else { throw .badNullProbe(line) }
            hasNullProbe = true
        }
        let flags = text(position..<end).split(separator: " ")
        probe = ServiceProbe(
            transport: transport,
            name: text(name),
            payload: payload,
            isPayload: !flags.contains("no-payload")
        )
    }

    private mutating func finishProbe() {
        if let probe { probes.append(probe) }
        probe = nil
    }

    private mutating func apply(
        _ directive: ProbeDirective,
        to probe: inout ServiceProbe
    ) throws(ServiceProbesProblem) {
        switch directive {
        case .rarity: probe.rarity = try number(directive, in: 1...9)
        case .totalWait: probe.totalWait = .milliseconds(try number(directive, in: 100...300_000))
        case .wrappedWait: probe.wrappedWait = .milliseconds(try number(directive, in: 100...300_000))
        case .ports: probe.ports = try ports()
        case .tunnelPorts: probe.tunnelPorts = try ports()
        case .fallback:
            let names = text(position..<end).split { $0 == "," || $0 == " " }.map(String.init)
            guard names.count <= ServiceProbe.mostFallbacks else { throw .tooManyFallbacks }
            probe.fallbackNames = names
            probe.fallbackLine = line
        }
    }

    private func number(
        _ directive: ProbeDirective,
        in bounds: ClosedRange<Int>
    ) throws(ServiceProbesProblem) -> Int {
        let word = text(position..<end).split(separator: " ").first.map(String.init) ?? ""
        guard let value = Int(word), bounds.contains(value) else {
            throw .badNumber(directive: directive.rawValue, bounds)
        }
        return value
    }

    private func ports() throws(ServiceProbesProblem) -> [ClosedRange<UInt16>] {
        var ranges: [ClosedRange<UInt16>] = []
        for part in text(position..<end).split(separator: ",") {
            let ends = part.split(separator: "-", omittingEmptySubsequences: false).map {
                UInt16($0.filter { $0 != " " && $0 != "\t" })
            }
            guard ends.count <= 2, let low = ends.first.flatMap({ $0 }), let high = ends.last.flatMap({ $0 }),
                low <= high
            else { throw .badPorts(String(part)) }
            ranges.append(low...high)
        }
        guard !ranges.isEmpty else { throw .badPorts(text(position..<end)) }
        return ranges
    }

    /// Finds the probes that fallbacks name: of the same protocol first, then of any.
    private mutating func resolveFallbacks() throws(ServiceProbesProblem) {
        for index in probes.indices where !probes[index].fallbackNames.isEmpty {
            line = probes[index].fallbackLine
            for name in probes[index].fallbackNames {
                let transport = probes[index].transport
                guard
                    let found = probes.firstIndex(where: { $0.name == name && $0.transport == transport })
                        ?? probes.firstIndex(where: { $0.name == name })
                else { throw .unknownFallback(name) }
                probes[index].fallbacks.append(found)
            }
        }
    }

    // MARK: Answers

    private mutating func readMatch(isSoft: Bool) throws(ServiceProbesProblem) {
        let start = position
        guard probe != nil else { throw .noProbe(text(start..<min(end, start + 40))) }
        let service = word()
        guard !service.isEmpty, skip(" m"), let pattern = delimited() else {
            throw .badMatch(text(start..<min(end, start + 60)))
        }
        var (ignoresCase, dotMatchesNewline) = (false, false)
        let flags = position
        while position < end, !Octet.isBlank(octets[position]) {
            switch octets[position] {
            case UInt8(ascii: "i"): ignoresCase = true
            case UInt8(ascii: "s"): dotMatchesNewline = true
            default: throw .badFlags(text(flags..<min(end, flags + 10)))
            }
            position += 1
        }
        let fields = position..<end
        try checkFields()
        let match = ServiceMatch(
            isSoft: isSoft,
            ignoresCase: ignoresCase,
            dotMatchesNewline: dotMatchesNewline,
            line: line,
            servicePlace: place(service),
            patternPlace: place(pattern),
            fieldsPlace: place(fields)
        )
        probe?.matches.append(match)
    }

    /// Checks that nothing but version fields follows.
    private mutating func checkFields() throws(ServiceProbesProblem) {
        var fields = VersionFieldScanner(octets, position..<end)
        while let field = fields.next() {
            guard case .field = field else {
                throw .badField(text(fields.start..<min(end, fields.start + 40)))
            }
        }
    }

    // MARK: Pieces of a line

    private func place(_ range: Range<Int>) -> Range<UInt32> {
        UInt32(truncatingIfNeeded: range.lowerBound)..<UInt32(truncatingIfNeeded: range.upperBound)
    }

    private func text(_ range: Range<Int>) -> String { String(decoding: octets[range], as: UTF8.self) }

    /// Passes over a text if the line goes on with it.
    @inline(__always)
    private mutating func skip(_ expected: StaticString) -> Bool {
        let count = expected.utf8CodeUnitCount
        guard end - position >= count else { return false }
        for index in 0..<count where unsafe expected.utf8Start[index] != octets[position + index] {
            return false
        }
        position += count
        return true
    }

    /// Passes over what comes up to the next blank.
    @inline(__always)
    private mutating func word() -> Range<Int> {
        let start = position
        while position < end, octets[position] != 32 { position += 1 }
        return start..<position
    }

    /// Passes over a text between two equal octets; nothing if the second is missing.
    @inline(__always)
    private mutating func delimited() -> Range<Int>? {
        guard position < end else { return nil }
        let delimiter = octets[position]
        var index = position + 1
        while index < end, octets[index] != delimiter { index += 1 }
        guard index < end else { return nil }
        defer { position = index + 1 }
        return position + 1..<index
    }
}

/// A directive that says something of a probe.
enum ProbeDirective: String, CaseIterable {
    case rarity
    case ports
    case tunnelPorts = "sslports"
    case totalWait = "totalwaitms"
    case wrappedWait = "tcpwrappedms"
    case fallback

    /// How a line with it begins.
    var prefix: StaticString {
        switch self {
        case .rarity: "rarity "
        case .ports: "ports "
        case .tunnelPorts: "sslports "
        case .totalWait: "totalwaitms "
        case .wrappedWait: "tcpwrappedms "
        case .fallback: "fallback "
        }
    }
}
