// SPDX-License-Identifier: Apache-2.0

package import SondeIO
package import SondeModel

/// Finds out which hosts are up, without privileges: by connecting to a few of their ports.
///
/// See spec page `port-scanning`, section 6. A host that accepts or refuses is up, and so is one of this
/// machine's loopback network, to which nothing is sent. Hosts are taken from their source a batch at a time, so a large
/// network costs no memory.
package final class HostDiscovery {
    /// What to find out, and how.
    package struct Settings {
        /// The ports to try, in this order.
        package var ports: [UInt16] = [80, 443]
        /// Whether hosts are taken to be up without asking (`-Pn`).
        package var assumesUp = false
        /// Whether a refusal proves nothing (`--discovery-ignore-rst`).
        package var ignoresRefusals = false
        /// Timing values.
        package var timing: ScanTiming
        /// How sockets leave this machine.
        package var options = ConnectOptions()

        /// Makes settings for the usual ports.
        package init(timing: ScanTiming) { self.timing = timing }
    }

    /// How far discovery is.
    package let progress: ScanProgress
    /// Whether all hosts of the source are reported.
    package private(set) var isDone = false
    /// Called when all hosts of the source are reported.
    package var onEnd: () -> Void = {}

    /// Hosts that are asked at once.
    static let batchSize = 4096
    /// Hosts decided without a packet that are reported in one turn.
    static let turnBudget = 256

    private let loop: EventLoop
    private let settings: Settings
    private let source: () -> ActiveHost?
    private let onHost: (ActiveHost) -> Void
    private var scan: PortScan?
    private var asked = 0
    private var isExhausted = false
    private var isPaused = false
    private var isPumpComing = false

    /// Makes a discovery; ``start()`` starts it.
    ///
    /// - Parameters:
    ///   - network: what connections are made through.
    ///   - settings: what to find out, and how.
    ///   - progress: what to count in.
    ///   - source: gives the next host; nothing after the last.
    ///   - onHost: called from the loop, once for each host, as soon as its state is set.
    package init(
        _ network: Network,
        _ settings: Settings,
        progress: ScanProgress,
        source: @escaping () -> ActiveHost?,
        onHost: @escaping (ActiveHost) -> Void
    ) {
        loop = network.loop
        self.settings = settings
        self.progress = progress
        self.source = source
        self.onHost = onHost
        var scanSettings = PortScan.Settings(order: settings.ports, timing: settings.timing)
        let ignoresRefusals = settings.ignoresRefusals
        scanSettings.endsWith = { outcome in
            outcome.state == .open || (outcome.state == .closed && !ignoresRefusals)
        }
        let technique = ConnectScan(network, options: settings.options)
        scan = PortScan(loop, technique, scanSettings, progress: progress) { [weak self] host, ending in
            self?.asked -= 1
            self?.report(host, ending)
            self?.pumpSoon()
        }
    }

    /// Starts to take hosts from the source.
    package func start() { pumpSoon() }

    /// Takes no more hosts until ``resume()``; those that are being asked are still reported.
    ///
    /// For a caller that has enough hosts to scan for now.
    package func pause() { isPaused = true }

    /// Goes on after ``pause()``.
    package func resume() {
        isPaused = false
        pumpSoon()
    }

    /// Stops at once; no host is reported any more.
    package func cancel() {
        scan?.cancel()
        scan = nil
        isExhausted = true
        isDone = true
    }

    private func pumpSoon() {
        guard !isPumpComing, !isDone else { return }
        isPumpComing = true
        loop.soon { [weak self] in self?.pump() }
    }

    private func pump() {
        isPumpComing = false
        var budget = Self.turnBudget
        while budget > 0, asked < Self.batchSize, !isPaused, !isExhausted {
            guard let host = source() else {
                isExhausted = true
                break
            }
            budget -= 1
            take(host)
        }
        if budget == 0 { pumpSoon() }
        guard isExhausted, asked == 0, !isDone else { return }
        isDone = true
        onEnd()
    }

    private func take(_ host: ActiveHost) {
        if settings.assumesUp {
            decide(host, .up, .userSet)
        } else if host.host.address.isLoopback || host.host.address.isUnspecified {
            decide(host, .up, .localhostResponse)
        } else if settings.ports.isEmpty {
            decide(host, .down, .noResponse)
        } else {
            asked += 1
            scan?.add(host)
        }
    }

    private func report(_ host: ActiveHost, _ ending: PortScan.Ending) {
        switch ending {
        case .decided(let outcome): decide(host, .up, outcome.reason)
        case .complete, .timedOut: decide(host, .down, .noResponse)
        }
    }

    private func decide(_ host: ActiveHost, _ state: HostState, _ reason: Reason) {
        host.host.state = state
        host.host.reason = reason
        onHost(host)
    }
}
