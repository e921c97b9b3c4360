// SPDX-License-Identifier: Apache-2.0

package import SondeModel

/// Finds the link-layer addresses of next hops: in the kernel's table, else by asking on the link.
///
/// Questions go out at once and after 100 and 400 ms; after 800 ms without an answer there is none (spec
/// `port-scanning`, section 6). Answers are kept.
package final class NeighborResolver {
    private static let questionTimes = [0, 100, 400].map { TimeSpan.milliseconds($0) }
    private static let longest = TimeSpan.milliseconds(800)

    private struct Key: Hashable {
        let address: IPAddress
        let interfaceIndex: UInt32
    }

    private unowned let network: Network
    private var known: [Key: MACAddress] = [:]

    init(_ network: Network) { self.network = network }

    /// Finds the link-layer address that frames for a destination go to.
    ///
    /// - Parameters:
    ///   - destination: the destination.
    ///   - path: the way to it.
    ///   - then: called once, from the loop, if the answer is not there at once; a failure is a timeout or an error.
    /// - Returns: the address, a failure, or the operation.
    package func resolve(
        nextHopTo destination: IPAddress,
        on path: NetworkPath,
        then: @escaping (Result<MACAddress, StreamError>) -> Void
    ) -> Attempt<MACAddress> {
        resolve(
            path.nextHop(to: destination),
            on: path.interface,
            from: path.source,
            then: then
        )
    }

    /// Finds the link-layer address of a neighbour on an interface.
    package func resolve(
        _ neighbor: IPAddress,
        on interface: Interface,
        from source: IPAddress,
        then: @escaping (Result<MACAddress, StreamError>) -> Void
    ) -> Attempt<MACAddress> {
        let key = Key(address: neighbor.withoutZone, interfaceIndex: interface.index)
        if let found = known[key] ?? NeighborTable.address(of: neighbor, interfaceIndex: interface.index) {
            known[key] = found
            return .success(found)
        }
        guard let link = interface.hardwareAddress else {
            return .failure(StreamError(.error, detail: "\(interface.name) has no link-layer address"))
        }
        let search = NeighborSearch(network, key.address) { [weak self] result in
            if case .success(let found) = result { self?.known[key] = found }
            then(result)
        }
        let frame = NeighborFrames.question(for: key.address, from: source.withoutZone, link)
        return search.begin(frame, on: interface, at: Self.questionTimes, giveUpAfter: Self.longest)
    }

    /// Takes note of an address that was learned elsewhere.
    package func learn(_ link: MACAddress, of neighbor: IPAddress, interfaceIndex: UInt32) {
        known[Key(address: neighbor.withoutZone, interfaceIndex: interfaceIndex)] = link
    }
}

/// One search by asking on the link.
private final class NeighborSearch: OperationOwner {
    private let network: Network
    private let target: IPAddress
    private let then: (Result<MACAddress, StreamError>) -> Void
    private var capture: PacketCapture?
    private var sender: LinkSender?
    private var alarms: [DeadlineID] = []
    private var operation: Operation?

    init(
        _ network: Network,
        _ target: IPAddress,
        then: @escaping (Result<MACAddress, StreamError>) -> Void
    ) {
        self.network = network
        self.target = target
        self.then = then
    }

    func begin(
        _ frame: [UInt8],
        on interface: Interface,
        at times: [TimeSpan],
        giveUpAfter longest: TimeSpan
    ) -> Attempt<MACAddress> {
        do {
            try open(interface)
        } catch {
            return .failure(StreamError(.error, detail: "\(error)"))
        }
        // The operation keeps its owner, the alarms keep the operation.
        let operation = Operation(owner: self)
        self.operation = operation
        let start = network.loop.now
        for time in times {
            guard time > .zero else {
                try? sender?.send(frame)
                continue
            }
            alarms.append(network.loop.schedule(at: start + time) { [self] in try? sender?.send(frame) })
        }
        alarms.append(
            network.loop.schedule(at: start + longest) { [self] in end(.failure(.timeout)) }
        )
        return .pending(operation)
    }

    private func open(_ interface: Interface) throws {
        let request = CaptureRequest(
            device: interface.name,
            snapLength: 128,
            filter: NeighborFrames.filter(target.family)
        )
        capture = try network.capture(
            request,
            onPacket: { [unowned self] _, octets in
                guard let answer = NeighborFrames.answer(in: octets), answer.address == target else { return }
                end(.success(answer.link))
            },
            onFailure: { [unowned self] error in end(.failure(StreamError(.error, detail: "\(error)"))) }
        )
        sender = try LinkSender(network, on: interface)
    }

    private func end(_ result: Result<MACAddress, StreamError>) {
        guard let operation else { return }
        close()
        operation.finish()
        then(result)
    }

    func cancel(_ operation: Operation) { close() }

    private func close() {
        for alarm in alarms { network.loop.cancel(alarm) }
        alarms = []
        capture?.close()
        capture = nil
        sender = nil
        operation = nil
    }
}
