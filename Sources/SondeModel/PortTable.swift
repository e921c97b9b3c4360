// SPDX-License-Identifier: Apache-2.0

/// All that is known of one port of one host.
public struct PortRecord: Hashable, Sendable {
    /// Which port.
    public let port: Port
    /// Its state, and why.
    public var outcome: PortOutcome
    /// Its service, if more than the port number is known.
    public var service: ServiceInfo?
    /// What scripts said of it, in order of their ids.
    public var scripts: [ScriptResult]

    /// Makes a record.
    public init(
        port: Port,
        outcome: PortOutcome,
        service: ServiceInfo? = nil,
        scripts: [ScriptResult] = []
    ) {
        self.port = port
        self.outcome = outcome
        self.service = service
        self.scripts = scripts
    }
}

/// The scanned ports of one host.
///
/// Takes one octet per scanned port, and the list of numbers is shared between hosts, so a full scan of
/// many hosts stays small. Services and script results are kept only for ports that have them.
public struct PortTable: Hashable, Sendable {
    private struct Column: Hashable, Sendable {
        /// Ascending, unique; shared by all hosts of a scan (copy on write).
        var numbers: [UInt16]
        /// For each number an index into the palette.
        var codes: [UInt8]
    }

    private struct Details: Hashable, Sendable {
        var service: ServiceInfo?
        var scripts: [ScriptResult] = []
    }

    private var columns: [TransportProtocol: Column] = [:]
    private var palette: [PortOutcome] = []
    private var details: [Port: Details] = [:]

    /// Makes a table without ports.
    public init() {}

    /// Declares ports as scanned, all with the outcome that silence means.

    ///

    /// Complexity: O(*n*).
    ///
    /// - Parameters:
    ///   - numbers: ascending and unique.
    ///   - transport: their protocol; an earlier declaration for it is replaced.
    ///   - outcome: what each is until ``set(_:for:)`` says otherwise.
    public mutating func declare(_ numbers: [UInt16], _ transport: TransportProtocol, as outcome: PortOutcome)
    {
        let code = paletteIndex(of: outcome)
        columns[transport] = Column(numbers: numbers, codes: [UInt8](repeating: code, count: numbers.count))
    }

    /// Whether no port was scanned.
    public var isEmpty: Bool { columns.values.allSatisfy(\.numbers.isEmpty) }

    /// How many ports were scanned.
    public var count: Int { columns.values.reduce(0) { $0 + $1.numbers.count } }

    /// The protocols scanned, in order of reports.
    public var transports: [TransportProtocol] { columns.keys.sorted() }

    /// The scanned numbers of a protocol, ascending.
    public func numbers(of transport: TransportProtocol) -> [UInt16] { columns[transport]?.numbers ?? [] }

    /// A port's state and reason; nothing if it was not scanned.

    ///

    /// Complexity: O(log *n*).
    public func outcome(of port: Port) -> PortOutcome? {
        guard let column = columns[port.transport], let index = column.numbers.index(ofSorted: port.number)
        else {
            return nil
        }
        return palette[Int(column.codes[index])]
    }

    /// All that is known of a port; nothing if it was not scanned.
    public subscript(_ port: Port) -> PortRecord? {
        guard let outcome = outcome(of: port) else { return nil }
        let more = details[port]
        return PortRecord(port: port, outcome: outcome, service: more?.service, scripts: more?.scripts ?? [])
    }

    /// Sets the state of a scanned port; does nothing for others.
    ///
    /// - Returns: whether the port was scanned.
    @discardableResult
    public mutating func set(_ outcome: PortOutcome, for port: Port) -> Bool {
        guard let index = columns[port.transport]?.numbers.index(ofSorted: port.number) else { return false }
        let code = paletteIndex(of: outcome)
        columns[port.transport]?.codes[index] = code
        return true
    }

    /// Sets what is known of a scanned port's service; does nothing for others.
    public mutating func setService(_ service: ServiceInfo, for port: Port) {
        guard outcome(of: port) != nil else { return }
        details[port, default: Details()].service = service
    }

    /// Adds a script's result to a scanned port, in order of ids; does nothing for others.
    public mutating func add(_ result: ScriptResult, to port: Port) {
        guard outcome(of: port) != nil else { return }
        details[port, default: Details()].scripts.insertByID(result)
    }

    /// The next port after a number that is in one of the states; nothing at the end.
    public func next(
        after number: UInt16?,
        _ transport: TransportProtocol,
        in states: Set<PortState>
    ) -> PortRecord? {
        guard let column = columns[transport] else { return nil }
        var index = 0
        if let number { index = column.numbers.index(ofSorted: number).map { $0 + 1 } ?? 0 }
        while index < column.numbers.count {
            if states.contains(palette[Int(column.codes[index])].state) {
                return self[Port(column.numbers[index], transport)]
            }
            index += 1
        }
        return nil
    }

    /// All scanned ports that pass a test, in order of reports.

    ///

    /// Complexity: O(*n*).
    public func records(where included: (PortOutcome) -> Bool) -> [PortRecord] {
        var found: [PortRecord] = []
        for transport in transports {
            guard let column = columns[transport] else { continue }
            let wanted = palette.map(included)
            for (index, code) in column.codes.enumerated() where wanted[Int(code)] {
                let port = Port(column.numbers[index], transport)
                let more = details[port]
                found.append(
                    PortRecord(
                        port: port,
                        outcome: palette[Int(code)],
                        service: more?.service,
                        scripts: more?.scripts ?? []
                    )
                )
            }
        }
        return found
    }

    /// How many ports of a protocol have each outcome.

    ///

    /// Complexity: O(*n*).
    public func tally(_ transport: TransportProtocol) -> [PortOutcome: Int] {
        guard let column = columns[transport] else { return [:] }
        var counts = [Int](repeating: 0, count: palette.count)
        for code in column.codes { counts[Int(code)] += 1 }
        var tally: [PortOutcome: Int] = [:]
        for (index, count) in counts.enumerated() where count > 0 {
            tally[palette[index], default: 0] += count
        }
        return tally
    }

    /// The numbers of a protocol's ports that pass a test, ascending.

    ///

    /// Complexity: O(*n*).
    public func numbers(of transport: TransportProtocol, where included: (PortOutcome) -> Bool) -> [UInt16] {
        guard let column = columns[transport] else { return [] }
        let wanted = palette.map(included)
        return zip(column.numbers, column.codes).compactMap { wanted[Int($1)] ? $0 : nil }
    }

    /// Finds or adds an outcome.
    ///
    /// A host rarely has more than ten; should one have more than 255, the
    /// answering address is dropped, and then the time to live, so that the code still fits an octet.
    private mutating func paletteIndex(of outcome: PortOutcome) -> UInt8 {
        if let index = palette.firstIndex(of: outcome) { return UInt8(index) }
        guard palette.count < 200 else {
            let plain = PortOutcome(outcome.state, outcome.reason)
            if let index = palette.firstIndex(of: plain) { return UInt8(index) }
            guard palette.count < 255 else { return 0 }
            palette.append(plain)
            return UInt8(palette.count - 1)
        }
        palette.append(outcome)
        return UInt8(palette.count - 1)
    }
}

extension [UInt16] {
    /// Where a number stands in this ascending list.
    fileprivate func index(ofSorted number: UInt16) -> Int? {
        var range = 0..<count
        while !range.isEmpty {
            let middle = range.lowerBound + range.count / 2
            if self[middle] == number { return middle }
            range = self[middle] < number ? middle + 1..<range.upperBound : range.lowerBound..<middle
        }
        return nil
    }
}

extension [ScriptResult] {
    /// Inserts behind all results whose id is not greater.
    package mutating func insertByID(_ result: ScriptResult) {
        let place = firstIndex { $0.id > result.id } ?? endIndex
        insert(result, at: place)
    }
}
