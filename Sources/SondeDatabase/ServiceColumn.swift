// SPDX-License-Identifier: Apache-2.0

/// The entries of one protocol in a services file, in the order of the file.
struct ServiceColumn: Sendable {
    /// One line of the file.
    struct Entry {
        let port: UInt16
        let name: Range<Int>
        let ratio: Double
    }

    /// The ports, each once.
    private(set) var ports: [UInt16] = []
    /// How often each is found open, 0 to 1.
    private(set) var ratios: [Double] = []
    private var nameStarts: [UInt32] = []
    private var nameLengths: [UInt8] = []
    /// One bit per port number that is listed.
    private var listed: [UInt64] = []
    /// Indices of entries by ascending port; empty if the file was in that order anyway.
    private var order: [UInt32] = []
    private var isAscending = true

    /// Adds an entry unless its port has one.
    @inline(__always)
    mutating func add(_ entry: Entry) {
        if listed.isEmpty { reserve() }
        let (word, bit) = (Int(entry.port >> 6), UInt64(1) << UInt64(entry.port & 63))
        guard listed[word] & bit == 0 else { return }
        listed[word] |= bit
        if let last = ports.last, last > entry.port { isAscending = false }
        ports.append(entry.port)
        ratios.append(entry.ratio)
        nameStarts.append(UInt32(truncatingIfNeeded: entry.name.lowerBound))
        nameLengths.append(UInt8(truncatingIfNeeded: entry.name.count))
    }

    private mutating func reserve() {
        listed = [UInt64](repeating: 0, count: 1024)
        ports.reserveCapacity(8192)
        ratios.reserveCapacity(8192)
        nameStarts.reserveCapacity(8192)
        nameLengths.reserveCapacity(8192)
    }

    /// Makes look-ups possible; call it once, after the last entry.
    mutating func finish() {
        guard !isAscending else { return }
        order = ports.indices.sorted { ports[$0] < ports[$1] }.map { UInt32(truncatingIfNeeded: $0) }
    }

    /// Whether a port is listed.
    func contains(_ port: UInt16) -> Bool {
        !listed.isEmpty && listed[Int(port >> 6)] >> UInt64(port & 63) & 1 == 1
    }

    /// Where a port's entry is.
    func index(of port: UInt16) -> Int? {
        guard contains(port) else { return nil }
        var range = 0..<ports.count
        while !range.isEmpty {
            let middle = range.lowerBound + range.count / 2
            let index = order.isEmpty ? middle : Int(order[middle])
            if ports[index] == port { return index }
            range = ports[index] < port ? middle + 1..<range.upperBound : range.lowerBound..<middle
        }
        return nil
    }

    /// Where an entry's name is in the file.
    func nameRange(_ index: Int) -> Range<Int> {
        let start = Int(nameStarts[index])
        return start..<start + Int(nameLengths[index])
    }

    /// The ports, ascending.
    var ascendingPorts: [UInt16] { order.isEmpty ? ports : order.map { ports[Int($0)] } }

    /// The most frequent of the allowed ports, in the order of the file, which also breaks ties.
    func mostFrequent(_ count: Int, where allowed: (UInt16) -> Bool) -> [UInt16] {
        guard count > 0 else { return [] }
        let candidates = ports.indices.filter { allowed(ports[$0]) }
        guard candidates.count > count else { return candidates.map { ports[$0] } }
        let ratios = candidates.map { self.ratios[$0] }
        let cut = Self.largest(count, of: ratios)
        var ties = count - ratios.count { $0 > cut }
        var chosen: [UInt16] = []
        chosen.reserveCapacity(count)
        for (index, ratio) in zip(candidates, ratios) where ratio >= cut {
            if ratio == cut {
                guard ties > 0 else { continue }
                ties -= 1
            }
            chosen.append(ports[index])
        }
        return chosen
    }

    /// The value that stands at a place, from 1, once values are sorted in descending order.
    ///
    /// A full sort would cost as much as reading the whole file.
    private static func largest(_ place: Int, of values: [Double]) -> Double {
        var rest = values
        var place = place
        while true {
            let pivot = rest[rest.count / 2]
            let above = rest.filter { $0 > pivot }
            if place <= above.count {
                rest = above
                continue
            }
            let below = rest.filter { $0 < pivot }
            let notBelow = rest.count - below.count
            guard place > notBelow else { return pivot }
            place -= notBelow
            rest = below
        }
    }
}
