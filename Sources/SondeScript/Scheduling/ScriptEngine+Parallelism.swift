// SPDX-License-Identifier: Apache-2.0

internal import SondeIO
internal import SondeModel

/// How scripts' connections adapt to what hosts bear: see `docs/script-parallelism.md`.
extension ScriptEngine {
    /// Takes the end of a connection that the running thread began into account.
    ///
    /// A failure counts only at the thread's own port, which is known to be open; elsewhere it says nothing of the load.
    func adapt(
        to result: Result<TCPStream, StreamError>,
        _ kind: NmapSocket.Kind,
        _ target: SocketAddress,
        _ began: Instant
    ) {
        guard let current, let host = current.run.host,
            target.address.withoutZone == host.host.address.withoutZone
        else { return }
        let now = network.loop.now
        switch result {
        case .success:
            // A handshake takes what the peer needs to compute, too; who waits at the gate waits for us.
            let tellsOfPath = kind == .tcp && settings.hostRate == nil && !network.gate.hasQueue
            let took = tellsOfPath ? now - began : nil
            for proceed in slots.connected(host.number, after: took, began: began, now: now) { proceed() }
        case .failure(let error):
            guard error.code == .timeout, let port = current.port, port.transport == .tcp,
                port.number == target.port, host.host.ports.outcome(of: port)?.state == .open
            else { return }
            slots.lost(host.number, began: began, now: now)
        }
    }

    /// Looks from time to time whether threads wait in vain for slots, as long as any wait.
    func watchSlots() {
        guard slotAlarm == nil, slots.hasWaiters else { return }
        slotAlarm = network.loop.schedule(at: network.loop.now + SocketSlots.patience) { [weak self] in
            guard let self else { return }
            slotAlarm = nil
            for proceed in slots.admitStarved(network.loop.now) { proceed() }
            watchSlots()
        }
    }
}
