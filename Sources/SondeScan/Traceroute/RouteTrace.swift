// SPDX-License-Identifier: Apache-2.0

internal import SondeModel

/// The trace of the way to one host as a value: what was asked at which distance, and what is left to ask.
///
/// Counts down from a start, then up, until the host itself answers (spec page `port-scanning`, section 8).
struct RouteTrace {
    /// The farthest station that is asked for.
    static let farthest = 30

    /// Who answered at a distance.
    struct Station: Hashable {
        var address: IPAddress
        var roundTrip: TimeSpan
    }

    /// A probe in flight.
    private struct Flight {
        var attempt: Int
        var sent: Instant
    }

    /// What is known so far, by distance.
    private(set) var stations: [Int: Station] = [:]
    /// The host's own distance, once it has answered.
    private(set) var reached: Int?
    /// Up to which distance the way is that of another host.
    private(set) var shared: (upTo: Int, with: IPAddress)?

    private let mostRetries: Int
    private var down: Int
    private var up: Int
    private var flights: [Int: Flight] = [:]
    private var retries: [(distance: Int, attempt: Int)] = []

    /// Starts at a distance, within the bounds.
    init(start: Int, retries: Int) {
        down = min(max(start, 1), Self.farthest)
        up = down + 1
        mostRetries = min(max(retries, 0), 2)
    }

    /// Probes in flight.
    var active: Int { flights.count }
    /// Whether all is known that can be.
    var isDone: Bool { flights.isEmpty && peek() == nil }

    /// The distance to ask next, and the how-manieth try it is; nothing if there is none now.
    func peek() -> (distance: Int, attempt: Int)? {
        if let retry = retries.first(where: { isWanted($0.distance) }) { return retry }
        if down >= 1, isWanted(down) { return (down, 0) }
        guard reached == nil, up <= Self.farthest else { return nil }
        // Counting up goes on only when what is below has not shown that the host is nearer.
        return (up, 0)
    }

    private func isWanted(_ distance: Int) -> Bool {
        if let reached, distance > reached { return false }
        if let shared, distance <= shared.upTo { return false }
        return stations[distance] == nil
    }

    /// Counts the probe that ``peek()`` gave as sent.
    mutating func sent(_ probe: (distance: Int, attempt: Int), _ now: Instant) {
        retries.removeAll { $0.distance == probe.distance }
        if probe.attempt == 0 {
            if probe.distance == down { down -= 1 } else { up = max(up, probe.distance + 1) }
        }
        flights[probe.distance] = Flight(attempt: probe.attempt, sent: now)
    }

    /// Takes an answer into account.
    ///
    /// - Parameters:
    ///   - distance: the probe's time to live.
    ///   - source: who answers.
    ///   - isHost: whether that is the host itself.
    ///   - timeToLive: that of the answer as received.
    ///   - instant: when it came.
    mutating func answered(
        _ distance: Int,
        by source: IPAddress,
        isHost: Bool,
        timeToLive: UInt8,
        at instant: Instant
    ) {
        guard let flight = flights.removeValue(forKey: distance), stations[distance] == nil else { return }
        stations[distance] = Station(address: source, roundTrip: max(instant - flight.sent, .zero))
        guard isHost else { return }
        reached = min(reached ?? .max, distance)
        for other in flights.keys where other > distance { flights[other] = nil }
        let guess = Self.distance(timeToLive)
        if guess < down { down = max(guess, 0) }
    }

    /// How far away a sender is, from the time to live of its packet.
    static func distance(_ timeToLive: UInt8) -> Int {
        let start = [32, 64, 128, 255].first { $0 >= Int(timeToLive) } ?? 255
        return start - Int(timeToLive) + 1
    }

    /// Takes out what has waited too long, to be sent again if that is allowed.
    mutating func expire(_ now: Instant, after timeout: TimeSpan) {
        for (distance, flight) in flights where flight.sent + timeout <= now {
            flights[distance] = nil
            if flight.attempt < mostRetries { retries.append((distance, flight.attempt + 1)) }
        }
    }

    /// When the earliest probe was sent; nothing if none is in flight.
    var earliest: Instant? { flights.values.map(\.sent).min() }

    /// Takes note that the way up to a distance is that of another host.
    mutating func share(upTo distance: Int, with host: IPAddress) {
        shared = (distance, host)
        down = 0
        for other in flights.keys where other < distance { flights[other] = nil }
    }

    /// The stations for a report: up to the host, or as far as was asked.
    ///
    /// - Parameter others: the stations of the host whose way is shared.
    /// - Returns: one entry for each distance.
    func hops(_ others: [Hop]) -> [Hop] {
        let last = reached ?? Self.farthest
        guard last >= 1 else { return [] }
        return (1...last).map { distance in
            if let shared, distance <= shared.upTo {
                var hop =
                    others.first { $0.timeToLive == distance }
                    ?? Hop(timeToLive: distance, address: stations[distance]?.address, roundTrip: nil)
                hop.sharedWith = shared.with
                return hop
            }
            let station = stations[distance]
            return Hop(
                timeToLive: distance,
                address: station?.address,
                roundTrip: station.map { $0.roundTrip.seconds }
            )
        }
    }
}
