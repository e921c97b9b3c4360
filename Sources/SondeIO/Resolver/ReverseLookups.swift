// SPDX-License-Identifier: Apache-2.0

internal import CCares
internal import DequeModule
package import SondeModel

/// Finds the names of many addresses at once.
///
/// Each server has a window of open questions that adapts to what it bears. A question that is not answered is repeated,
/// then put to the next server, and given up after three. The hosts file and loopback are answered without a query, and
/// the latest 256 answers are kept. (`spec/port-scanning.md`, section 7; a refusal moves a question on at once instead of
/// letting it time out.) Confined to one loop.
package final class ReverseLookups: OperationOwner {
    /// Answers kept.
    static let cacheSize = 256
    private static let mostServers = 3
    private static let mostAliases = 4

    private let loop: EventLoop
    private let hosts: HostsFile
    private var servers: [ReverseServer]
    private var fresh: Deque<Lookup> = []
    /// Questions to ask again, by server.
    private var repeated: [Deque<Lookup>]
    private var underWay: [IPAddress: Lookup] = [:]
    private var cache: [IPAddress: String?] = [:]
    private var cacheOrder: Deque<IPAddress> = []
    private var batches: [ObjectIdentifier: Batch] = [:]
    private var isFilling = false

    /// One address whose name is looked for, for one or more batches.
    private final class Lookup {
        let address: IPAddress
        var name: String
        var server = 0
        var serverCount = 1
        var attempt = 0
        var aliasCount = 0
        var batches: [Batch] = []

        init(_ address: IPAddress) {
            self.address = address
            name = DNSMessage.reverseName(of: address)
        }
    }

    /// One call, with the addresses it still waits for.
    private final class Batch {
        let each: (IPAddress, String?) -> Void
        let finished: () -> Void
        var openCount = 0
        var operation: Operation?

        init(_ each: @escaping (IPAddress, String?) -> Void, _ finished: @escaping () -> Void) {
            self.each = each
            self.finished = finished
        }
    }

    /// Makes the look-ups of one world; nothing is opened before the first question.
    ///
    /// - Parameters:
    ///   - loop: the loop they live on.
    ///   - configuration: servers and hosts. The last server is asked first, as Nmap does; without servers only
    ///     the hosts file gives names.
    ///   - traffic: who is asked and told about traffic to the servers.
    package init(
        loop: EventLoop,
        configuration: ResolverConfiguration,
        traffic: DNSTraffic = DNSTraffic()
    ) {
        self.loop = loop
        hosts = configuration.hosts
        let count = configuration.servers.count
        repeated = Array(repeating: [], count: count)
        servers = configuration.servers.reversed().map {
            ReverseServer(
                address: $0,
                timeouts: ReverseServer.timeouts(serverCount: count),
                loop: loop,
                traffic: traffic
            )
        }
    }

    /// Looks up the names of addresses.
    ///
    /// - Parameters:
    ///   - addresses: which; one that is named twice is answered once.
    ///   - each: called from the loop for each address, with its name made safe to print, or nil.
    ///   - finished: called after the last.
    /// - Returns: the operation; cancelling it ends both call-backs at once.
    @discardableResult
    package func names(
        of addresses: [IPAddress],
        each: @escaping (IPAddress, String?) -> Void,
        finished: @escaping () -> Void
    ) -> Operation {
        loop.assertOnLoop()
        let batch = Batch(each, finished)
        let operation = Operation(owner: self)
        batch.operation = operation
        batches[ObjectIdentifier(operation)] = batch
        var known: [(IPAddress, String?)] = []
        for address in Set(addresses).sorted() {
            if let answer = answerAtOnce(address) {
                known.append((address, answer))
            } else {
                lookUp(address, for: batch)
            }
        }
        batch.openCount += known.count
        loop.soon { [weak self] in self?.start(batch, known) }
        return operation
    }

    private func start(_ batch: Batch, _ known: [(IPAddress, String?)]) {
        for (address, name) in known { tell(batch, address, name) }
        endIfFinished(batch)
        fill()
    }

    /// The answer if it needs no query: a name, or nil for none; nothing if it needs one.
    private func answerAtOnce(_ address: IPAddress) -> String?? {
        if let name = hosts.name(of: address) { return .some(HostName.sanitised(name.utf8)) }
        if let answer = cache[address] { return .some(answer) }
        return servers.isEmpty ? .some(nil) : nil
    }

    private func lookUp(_ address: IPAddress, for batch: Batch) {
        batch.openCount += 1
        if let lookup = underWay[address] {
            lookup.batches.append(batch)
            return
        }
        let lookup = Lookup(address)
        lookup.batches = [batch]
        underWay[address] = lookup
        fresh.append(lookup)
    }

    // MARK: Asking

    /// Asks as many questions as the windows allow: repeated ones first.
    private func fill() {
        guard !isFilling else { return }
        isFilling = true
        defer { isFilling = false }
        for index in servers.indices {
            while servers[index].hasRoom {
                guard let lookup = nextQuestion(for: index) else { break }
                ask(lookup, index)
            }
        }
    }

    private func nextQuestion(for server: Int) -> Lookup? {
        while let lookup = repeated[server].popFirst() {
            if isWanted(lookup) { return lookup }
        }
        guard let lookup = fresh.popFirst() else { return nil }
        lookup.server = server
        return lookup
    }

    /// Whether someone still waits for a look-up.
    private func isWanted(_ lookup: Lookup) -> Bool { underWay[lookup.address] === lookup }

    private func ask(_ lookup: Lookup, _ index: Int) {
        let isAsked = servers[index].ask(lookup.name, attempt: lookup.attempt) { [weak self] status, octets in
            self?.answered(lookup, index, status, octets)
        }
        if !isAsked {
            loop.soon { [weak self] in self?.answered(lookup, index, ARES_ENOMEM, []) }
        }
    }

    private func answered(_ lookup: Lookup, _ index: Int, _ status: CInt, _ octets: [UInt8]) {
        let openCount = servers[index].endQuestion()
        switch status {
        case ARES_SUCCESS:
            servers[index].window.answered(openCount: openCount, now: loop.now)
            take(DNSMessage.pointer(in: octets, of: lookup.name), for: lookup)
        case ARES_ENOTFOUND, ARES_ENODATA:
            servers[index].window.answered(openCount: openCount, now: loop.now)
            end(lookup, nil)
        case ARES_EBADNAME: end(lookup, nil)
        case ARES_ETIMEOUT, ARES_ESERVFAIL: repeatQuestion(lookup, index)
        default: moveOn(lookup, index)
        }
        fill()
    }

    private func take(_ answer: DNSMessage.PointerAnswer, for lookup: Lookup) {
        switch answer {
        case .name(let octets): end(lookup, HostName.sanitised(octets))
        case .nothing: end(lookup, nil)
        case .alias(let octets):
            lookup.aliasCount += 1
            // Only names that mean the same to everyone are asked for: the text form of others is ambiguous.
            let name = HostName.sanitised(octets)
            guard lookup.aliasCount <= Self.mostAliases, Array(name.utf8) == octets else {
                end(lookup, nil)
                return
            }
            lookup.name = name
            lookup.attempt = 0
            repeated[lookup.server].append(lookup)
        }
    }

    private func repeatQuestion(_ lookup: Lookup, _ index: Int) {
        guard lookup.attempt + 1 < servers[index].attemptCount else {
            moveOn(lookup, index)
            return
        }
        servers[index].window.timedOut(leaves: false, now: loop.now)
        lookup.attempt += 1
        repeated[index].append(lookup)
    }

    private func moveOn(_ lookup: Lookup, _ index: Int) {
        servers[index].window.timedOut(leaves: true, now: loop.now)
        guard lookup.serverCount < min(servers.count, Self.mostServers) else {
            end(lookup, nil, keeps: false)
            return
        }
        lookup.serverCount += 1
        lookup.attempt = 0
        lookup.server = (index + 1) % servers.count
        repeated[lookup.server].append(lookup)
    }

    // MARK: Ends

    private func end(_ lookup: Lookup, _ name: String?, keeps: Bool = true) {
        if keeps { keep(name, for: lookup.address) }
        guard isWanted(lookup) else { return }
        underWay[lookup.address] = nil
        for batch in lookup.batches {
            tell(batch, lookup.address, name)
            endIfFinished(batch)
        }
    }

    private func keep(_ name: String?, for address: IPAddress) {
        if cache.updateValue(name, forKey: address) == nil { cacheOrder.append(address) }
        if cacheOrder.count > Self.cacheSize, let oldest = cacheOrder.popFirst() {
            cache.removeValue(forKey: oldest)
        }
    }

    private func tell(_ batch: Batch, _ address: IPAddress, _ name: String?) {
        batch.openCount -= 1
        if batch.operation?.isPending == true { batch.each(address, name) }
    }

    private func endIfFinished(_ batch: Batch) {
        guard batch.openCount == 0, let operation = batch.operation, operation.isPending else { return }
        operation.finish()
        batches[ObjectIdentifier(operation)] = nil
        batch.operation = nil
        batch.finished()
    }

    /// Ends a batch; questions that nobody else waits for are not asked any more.
    func cancel(_ operation: Operation) {
        guard let batch = batches.removeValue(forKey: ObjectIdentifier(operation)) else { return }
        batch.operation = nil
        for (address, lookup) in underWay {
            lookup.batches.removeAll { $0 === batch }
            if lookup.batches.isEmpty { underWay[address] = nil }
        }
        fresh.removeAll { $0.batches.isEmpty }
    }
}
