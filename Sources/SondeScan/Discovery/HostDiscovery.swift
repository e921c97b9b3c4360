// SPDX-License-Identifier: Apache-2.0

package import SondeIO
package import SondeModel

/// Finds out which hosts are up: by asking on the link, by raw probes, or by connecting to a few of their ports.
///
/// See spec page `port-scanning`, section 6. Nothing is sent to hosts that are this machine itself; they are up. Hosts are taken from their source a batch at a time, so a large
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
        /// Where raw packets leave; nothing where only sockets may be used.
        package var channel: RawChannel?
        /// The raw probes, in the order of sending.
        package var probes: [RawProbe] = []
        /// Whether hosts on the own link are asked there.
        package var usesLink = true
        /// The family of all hosts.
        package var family = AddressFamily.inet
        /// What UDP probes of a port carry.
        package var payloads: (UInt16) -> [[UInt8]] = { _ in [] }
        /// Where timing pings are kept for later phases.
        package var pings: TimingPings?

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
    private var linkScan: PortScan?
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
        makeScans(network)
    }

    private func makeScans(_ network: Network) {
        let done: (ActiveHost, PortScan.Ending) -> Void = { [weak self] host, ending in
            self?.asked -= 1
            self?.report(host, ending)
            self?.pumpSoon()
        }
        guard let channel = settings.channel else {
            let technique = ConnectScan(network, options: settings.options)
            let order = scanSettings(settings.ports, settings.timing)
            scan = PortScan(loop, technique, order, progress: progress, onHostDone: done)
            return
        }
        let technique = RawScan(
            channel,
            .discovery(ignoresResets: settings.ignoresRefusals),
            probes: settings.probes,
            transport: .tcp,
            family: settings.family,
            payloads: settings.payloads
        )
        let order = scanSettings(
            settings.probes.indices.map { UInt16(truncatingIfNeeded: $0) },
            settings.timing
        )
        scan = PortScan(loop, technique, order, progress: progress, onHostDone: done)
        guard settings.usesLink else { return }
        let link = LinkScan(channel)
        let one = scanSettings([0], settings.timing.onLink)
        linkScan = PortScan(loop, link, one, progress: progress, onHostDone: done)
    }

    private func scanSettings(_ order: [UInt16], _ timing: ScanTiming) -> PortScan.Settings {
        var scan = PortScan.Settings(order: order, timing: timing)
        let ignoresRefusals = settings.ignoresRefusals
        scan.endsWith = { outcome in
            outcome.state == .open || (outcome.state == .closed && !ignoresRefusals)
        }
        scan.pings = settings.pings
        return scan
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
        linkScan?.cancel()
        linkScan = nil
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
        if let channel = settings.channel {
            guard let target = channel.target(host.host.address) else {
                decide(host, .down, .noRoute)
                return
            }
            takeFacts(of: target.path, host)
            if target.path.isDirect, target.path.needsFrames, !target.path.isLocal, let linkScan {
                asked += 1
                linkScan.add(host)
                return
            }
            if target.path.isLocal, !settings.assumesUp { return decide(host, .up, .localhostResponse) }
        }
        if settings.assumesUp {
            decide(host, .up, .userSet)
        } else if host.host.address.isLoopback || host.host.address.isUnspecified {
            decide(host, .up, .localhostResponse)
        } else if settings.channel == nil ? settings.ports.isEmpty : settings.probes.isEmpty {
            decide(host, .down, .noResponse)
        } else {
            asked += 1
            scan?.add(host)
        }
    }

    private func takeFacts(of path: NetworkPath, _ active: ActiveHost) {
        active.host.takeFacts(of: path)
        if let address = settings.channel?.settings.spoofedAddress { active.host.sourceMACAddress = address }
    }

    private func report(_ host: ActiveHost, _ ending: PortScan.Ending) {
        switch ending {
        case .decided(let outcome):
            host.host.reasonTTL = outcome.ttl
            decide(host, .up, outcome.reason)
        case .complete, .timedOut: decide(host, .down, .noResponse)
        }
    }

    private func decide(_ host: ActiveHost, _ state: HostState, _ reason: Reason) {
        host.host.state = state
        host.host.reason = reason
        onHost(host)
    }
}

extension Host {
    /// Notes what is known of the way to it.
    package mutating func takeFacts(of path: NetworkPath) {
        interface = path.interface.name
        interfaceMTU = path.maximumPacketSize
        sourceAddress = path.source.withoutZone
        isDirectlyConnected = path.isDirect
        sourceMACAddress = path.sourceMAC
    }
}
