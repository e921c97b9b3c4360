// SPDX-License-Identifier: Apache-2.0

internal import CSystemShim
internal import SondeModel

/// One capture of the kernel, and all who asked for it in the same words.
final class SharedCapture: ReadinessHandler {
    /// Packets taken in one turn of the loop.
    static let turnBudget = 1024

    /// One who asked.
    final class Member {
        /// What came before this, in nanoseconds since 1970, is not for it.
        let since: Int64
        var onPacket: PacketHandler
        var onFailure: (CaptureError) -> Void
        var isOpen = true

        init(
            since: Int64,
            onPacket: @escaping PacketHandler,
            onFailure: @escaping (CaptureError) -> Void
        ) {
            self.since = since
            self.onPacket = onPacket
            self.onFailure = onFailure
        }
    }

    let request: CaptureRequest
    let source: any PacketSource
    private let network: Network
    private let onEnd: (SharedCapture) -> Void
    private var members: [Member] = []
    private var registration: Registration?
    private var isDraining = false
    private var isClosed = false

    init(
        _ network: Network,
        _ request: CaptureRequest,
        _ source: any PacketSource,
        onEnd: @escaping (SharedCapture) -> Void
    ) throws(SystemError) {
        self.network = network
        self.request = request
        self.source = source
        self.onEnd = onEnd
        registration = try network.loop.register(source.descriptor, self)
        network.gate.enterWithoutWaiting()
    }

    /// Adds one who wants the packets from now on.
    func join(
        onPacket: @escaping PacketHandler,
        onFailure: @escaping (CaptureError) -> Void
    ) -> Member {
        // Packets that wait in the kernel were captured for others.
        let since = members.isEmpty ? Int64.min : sonde_wall_time() / 1000 * 1000
        let member = Member(since: since, onPacket: onPacket, onFailure: onFailure)
        members.append(member)
        return member
    }

    /// Takes one out; the capture ends with the last.
    func leave(_ member: Member) {
        guard member.isOpen else { return }
        member.isOpen = false
        members.removeAll { $0 === member }
        if members.isEmpty { end() }
    }

    func ready(_ readiness: Readiness) {
        guard readiness.allowsReading, !isDraining, registration != nil else { return }
        drain()
    }

    private func drain() {
        isDraining = true
        let offset = sonde_wall_time() - network.loop.clockNow.nanoseconds
        do throws(CaptureError) {
            var left = Self.turnBudget
            while left > 0, !members.isEmpty {
                guard try source.next({ deliver($0, $1, $2, offset) }) else { break }
                left -= 1
            }
            if left == 0, let registration { network.loop.resume(registration, .readable) }
            isDraining = false
            if members.isEmpty { end() }
        } catch {
            isDraining = false
            fail(error)
        }
    }

    private func deliver(_ time: Int64, _ wireLength: Int, _ octets: RawSpan, _ offset: Int64) {
        let packet = CapturedPacket(
            time: time,
            instant: Instant(nanoseconds: time &- offset),
            wireLength: wireLength,
            linkHeaderLength: LinkHeader.length(linkType: source.linkType, octets: octets),
            linkType: source.linkType
        )
        network.gate.received(octets.byteCount)
        // A handler may leave, or close others.
        for member in members where member.isOpen && member.since <= time { member.onPacket(packet, octets) }
    }

    private func fail(_ error: CaptureError) {
        let told = members
        members = []
        end()
        for member in told where member.isOpen {
            member.isOpen = false
            member.onFailure(error)
        }
    }

    /// Closes the capture, but not under the hands of the one that is reading it.
    private func end() {
        if let registration {
            network.loop.deregister(registration)
            self.registration = nil
            network.gate.leave()
            onEnd(self)
        }
        guard !isDraining, !isClosed else { return }
        isClosed = true
        source.close()
    }
}
