// SPDX-License-Identifier: Apache-2.0

internal import SondeIO
internal import SondeModel
internal import SondeScan

/// Tells with `-v` when the phases of a scan begin and end.
///
/// Hosts go through the phases at their own pace, so several are under way at once. A phase ends when no host is
/// in it and none can come to it any more.
final class PhaseTeller {
    /// Whether hosts may still come to the first phase that is watched.
    var mayGetHosts: () -> Bool = { false }

    private struct Watched {
        let progress: ScanProgress
        var began: Instant?
        var hasEnded = false
    }

    private unowned let session: ScanSession
    /// In the order in which hosts come through.
    private var watched: [Watched] = []

    init(_ session: ScanSession) { self.session = session }

    /// Watches a phase; hosts come to it after those watched before.
    func watch(_ progress: ScanProgress) {
        guard session.plan.verbosity > 0 else { return }
        let place = watched.count
        watched.append(Watched(progress: progress))
        progress.onActivity = { [unowned self] in changed(place) }
    }

    /// Ends all phases that have begun.
    func endAll() {
        for place in watched.indices { end(place) }
    }

    private func changed(_ place: Int) {
        if watched[place].progress.hostsActive > 0, watched[place].began == nil {
            watched[place].began = session.network.loop.clockNow
            session.onEvent(.phaseStarted(watched[place].progress.phase, at: WallTime.now))
        }
        // The first watched phase is what finds hosts: it ends when it is done itself.
        guard !mayGetHosts() else { return }
        for place in watched.indices {
            guard watched[place].progress.hostsActive == 0 else { return }
            end(place)
        }
    }

    private func end(_ place: Int) {
        guard let began = watched[place].began, !watched[place].hasEnded else { return }
        watched[place].hasEnded = true
        let progress = watched[place].progress
        session.onEvent(
            .phaseEnded(
                progress.phase,
                at: WallTime.now,
                elapsed: (session.network.loop.clockNow - began).seconds,
                extent: progress.extent
            )
        )
    }
}

extension ScanProgress {
    /// How much was done, in the words of a phase's last line; nothing where that says nothing.
    fileprivate var extent: String? {
        func count(_ number: Int, _ noun: String) -> String { "\(number) \(noun)\(number == 1 ? "" : "s")" }
        switch phase {
        case .scripts, .preScan, .postScan, .traceroute: return nil
        case .services: return "\(count(total, "service")) on \(count(hostsDone, "host"))"
        case .discovery, .arpDiscovery, .neighborDiscovery: return "\(hostsDone) total hosts"
        case .connectScan, .synScan, .ackScan, .windowScan, .finScan, .xmasScan, .nullScan, .maimonScan,
            .udpScan,
            .sctpInitScan, .sctpCookieScan, .protocolScan:
            return "\(total) total ports"
        }
    }
}
