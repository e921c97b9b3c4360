// SPDX-License-Identifier: Apache-2.0

internal import SondeModel

/// A host in a scan.
final class HostEntry {
    /// How many probes of one host may be repeated at once because they ran into themselves.
    static let mostRepeats = 100

    let host: ActiveHost
    var scan: HostScan
    var inFlight: [PortProbe: any ProbeInFlight] = [:]
    var repeats = 0
    /// Ports of it that were counted as decided.
    var decided = 0
    private(set) var isOver = false
    /// How packets are sent to it; nothing where sockets are.
    var target: RawTarget?
    /// Its packets that wait for answers.
    var flights = PacketFlights()
    /// Its timing ping, once something was answered.
    var ping: TimingPing?
    /// When that is due.
    var pingSchedule = PingSchedule()

    init(_ host: ActiveHost, _ scan: HostScan) {
        self.host = host
        self.scan = scan
    }

    /// Cancels what is in flight.
    func end() {
        isOver = true
        for flight in inFlight.values { flight.cancel() }
        inFlight = [:]
        flights.removeAll()
    }
}
