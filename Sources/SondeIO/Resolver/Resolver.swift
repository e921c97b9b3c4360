// SPDX-License-Identifier: Apache-2.0

internal import CCares
package import SondeModel

/// What a look-up gives: its result at once, or an operation that goes on.
package enum Resolution {
    /// It is finished; the completion is not called.
    case done(Result<[IPAddress], ResolveError>)
    /// It goes on; the completion will be called from the loop, unless the operation is cancelled.
    case pending(Operation)
}

/// Finds the addresses of names.
///
/// Numeric text, the hosts file and `localhost` are answered at once, everything else by asking the DNS servers. An answer
/// is kept, so that a name means the same addresses during a whole run; only temporary failures are asked again. Confined
/// to one loop.
package final class Resolver: OperationOwner {
    /// What the resolver knows before it asks.
    package let configuration: ResolverConfiguration

    /// The servers in use, first choice first.
    package var servers: [SocketAddress] { configuration.servers }

    private let loop: EventLoop
    private let traffic: DNSTraffic
    private var channel: DNSChannel?
    private var answers: [Question: Answer] = [:]
    private var waiting: [Question: [Lookup]] = [:]
    private var pending: [ObjectIdentifier: Lookup] = [:]

    private typealias Answer = Result<[IPAddress], ResolveError>

    private struct Question: Hashable {
        let name: String
        let family: AddressFamily

        init(_ name: String, _ family: AddressFamily) {
            self.name = name
            self.family = family
        }
    }

    /// One call that waits for the answers to one or two questions.
    private final class Lookup {
        let name: String
        let families: [AddressFamily]
        let completion: (Answer) -> Void
        var answers: [AddressFamily: Answer] = [:]
        var operation: Operation?
        var alarm: DeadlineID?

        init(_ name: String, _ families: [AddressFamily], _ completion: @escaping (Answer) -> Void) {
            self.name = name
            self.families = families
            self.completion = completion
        }

        /// The addresses of all families, or the failure that leaves most hope; nil if an answer is missing.
        var result: Answer? {
            guard answers.count == families.count else { return nil }
            var addresses: [IPAddress] = []
            var code = ResolveError.Code.unknownName
            for family in families {
                switch answers[family] {
                case .success(let found): addresses += found
                case .failure(let error) where error.code == .temporary: code = .temporary
                case .failure(let error) where code != .temporary && error.code == .noAddress:
                    code = .noAddress
                case .failure, nil: break
                }
            }
            return addresses.isEmpty ? .failure(ResolveError(code, name: name)) : .success(addresses)
        }
    }

    /// Makes a resolver; nothing is opened before the first question.
    ///
    /// - Parameters:
    ///   - loop: the loop it lives on.
    ///   - configuration: servers and hosts.
    ///   - traffic: who is asked and told about traffic to the servers.
    package init(
        loop: EventLoop,
        configuration: ResolverConfiguration,
        traffic: DNSTraffic = DNSTraffic()
    ) {
        self.loop = loop
        self.configuration = configuration
        self.traffic = traffic
    }

    /// Looks up the addresses of a name.
    ///
    /// - Parameters:
    ///   - name: a name or a numeric address.
    ///   - family: the only family wanted; nil gives IPv4 addresses first, then IPv6.
    ///   - deadline: when to give up with a temporary failure; nil leaves it to the servers' time-outs.
    ///   - then: called with at least one address, or with why there is none.
    /// - Returns: the result if it is known, else the operation.
    package func addresses(
        of name: String,
        family: AddressFamily? = nil,
        before deadline: Instant? = nil,
        then: @escaping (Result<[IPAddress], ResolveError>) -> Void
    ) -> Resolution {
        loop.assertOnLoop()
        if let answer = local(name, family) { return .done(answer) }
        let lookup = Lookup(name, family.map { [$0] } ?? AddressFamily.allCases, then)
        for family in lookup.families { lookup.answers[family] = answers[Question(key(name), family)] }
        if let result = lookup.result { return .done(result) }
        let operation = Operation(owner: self)
        lookup.operation = operation
        pending[ObjectIdentifier(operation)] = lookup
        if let deadline {
            lookup.alarm = loop.schedule(at: deadline) { [weak self] in self?.giveUp(lookup) }
        }
        for family in lookup.families where lookup.answers[family] == nil { ask(lookup, family) }
        return .pending(operation)
    }

    /// Answers without the network, or nil if a server must be asked.
    private func local(_ name: String, _ family: AddressFamily?) -> Answer? {
        if let address = NumericAddress.parse(name) {
            let fits = family == nil || family == address.family
            return fits ? .success([address]) : .failure(ResolveError(.wrongFamily, name: name))
        }
        guard Self.isAskable(name) else { return .failure(ResolveError(.unknownName, name: name)) }
        let known = configuration.hosts.addresses(of: key(name))
        let fitting = AddressFamily.allCases.filter { family == nil || family == $0 }
            .flatMap { family in known.filter { $0.family == family } }
        return fitting.isEmpty ? nil : .success(fitting)
    }

    /// Whether a text can be a name at all: the limits of RFC 1035 on labels and length, and printable ASCII.
    private static func isAskable(_ name: String) -> Bool {
        let octets = name.utf8
        guard (1...254).contains(octets.count), octets.allSatisfy({ (33...126).contains($0) }) else {
            return false
        }
        let labels = (octets.last == 46 ? octets.dropLast() : octets[...])
            .split(separator: 46, omittingEmptySubsequences: false)
        return labels.allSatisfy { (1...63).contains($0.count) }
    }

    /// Names are told apart without case and without the dot at the end.
    private func key(_ name: String) -> String {
        let lower = name.lowercased()
        return lower.hasSuffix(".") ? String(lower.dropLast()) : lower
    }

    // MARK: Questions

    /// Asks the servers, unless the same question is under way.
    private func ask(_ lookup: Lookup, _ family: AddressFamily) {
        let question = Question(key(lookup.name), family)
        waiting[question, default: []].append(lookup)
        guard waiting[question]?.count == 1 else { return }
        guard let channel = openChannel() else {
            loop.soon { [weak self] in
                self?.finish(question, .failure(ResolveError(.temporary, name: question.name)))
            }
            return
        }
        channel.addresses(of: lookup.name, family: family) { [weak self] status, addresses in
            self?.finish(question, Self.answer(question.name, status, addresses))
        }
    }

    private func openChannel() -> DNSChannel? {
        if let channel { return channel }
        guard !servers.isEmpty else { return nil }
        let settings = DNSChannel.Settings(
            servers: servers,
            timeout: configuration.timeout,
            attempts: configuration.attempts,
            searchDomains: configuration.searchDomains,
            dotsForAbsolute: configuration.dotsForAbsolute
        )
        channel = DNSChannel(loop: loop, settings: settings, traffic: traffic)
        return channel
    }

    private static func answer(_ name: String, _ status: CInt, _ addresses: [IPAddress]) -> Answer {
        switch status {
        case ARES_SUCCESS where !addresses.isEmpty: .success(addresses)
        case ARES_SUCCESS, ARES_ENODATA:
            .failure(ResolveError(.noAddress, name: name))
        case ARES_ENOTFOUND, ARES_EBADNAME, ARES_EBADQUERY:
            .failure(ResolveError(.unknownName, name: name))
        default: .failure(ResolveError(.temporary, name: name))
        }
    }

    private func finish(_ question: Question, _ answer: Answer) {
        switch answer {
        case .failure(let error) where error.code == .temporary: break
        default: answers[question] = answer
        }
        for lookup in waiting.removeValue(forKey: question) ?? [] {
            lookup.answers[question.family] = answer
            if let result = lookup.result { end(lookup, with: result) }
        }
    }

    // MARK: Ends

    private func giveUp(_ lookup: Lookup) {
        lookup.alarm = nil
        end(lookup, with: .failure(ResolveError(.temporary, name: lookup.name)))
    }

    private func end(_ lookup: Lookup, with result: Answer) {
        guard let operation = lookup.operation, operation.isPending else { return }
        operation.finish()
        forget(lookup, operation)
        lookup.completion(result)
    }

    /// Ends a look-up without calling its completion; the question goes on for the sake of the cache.
    func cancel(_ operation: Operation) {
        guard let lookup = pending[ObjectIdentifier(operation)] else { return }
        forget(lookup, operation)
    }

    private func forget(_ lookup: Lookup, _ operation: Operation) {
        if let alarm = lookup.alarm { loop.cancel(alarm) }
        lookup.alarm = nil
        lookup.operation = nil
        pending[ObjectIdentifier(operation)] = nil
    }
}
