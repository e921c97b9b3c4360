// SPDX-License-Identifier: Apache-2.0

import Glibc
import SondeModel
import SondeTestSupport
import Testing

@testable import SondeIO

@Suite struct ScopeTests {
    private func address(_ text: String) throws -> IPAddress { try #require(IPAddress(text)) }

    private func networks(_ texts: [String]) throws -> [IPNetwork] {
        try texts.map { try #require(IPNetwork(parsing: $0)) }
    }

    @Test("without lists everything passes")
    func open() throws {
        #expect(Scope().permits(try address("192.0.2.1")))
        #expect(Scope().permits(try address("2001:db8::1")))
    }

    @Test("only what is allowed and not excluded passes")
    func both() throws {
        let scope = Scope(
            allowed: try networks(["192.0.2.0/24", "10.0.0.0/8", "192.0.2.128/25", "2001:db8::/32"]),
            excluded: try networks(["192.0.2.7", "2001:db8::2"])
        )
        for text in ["192.0.2.0", "192.0.2.255", "10.1.2.3", "2001:db8::1"] {
            #expect(scope.permits(try address(text)))
        }
        for text in ["192.0.2.7", "192.0.1.255", "192.0.3.0", "11.0.0.0", "2001:db8::2", "2001:db9::"] {
            #expect(!scope.permits(try address(text)))
        }
    }

    @Test("an IPv4 address dressed as IPv6 is judged as what it is")
    func mapped() throws {
        let scope = Scope(excluded: try networks(["192.0.2.7"]))
        #expect(!scope.permits(try address("::ffff:192.0.2.7")))
        #expect(scope.permits(try address("::ffff:192.0.2.8")))
    }
}

@Suite struct RateLimitTests {
    @Test("no limit never waits", arguments: [nil, 0, -1] as [Double?])
    func none(perSecond: Double?) {
        var rate = RateLimit(perSecond: perSecond)
        for _ in 0..<100 {
            let answer10 = rate.take(Instant(nanoseconds: 0))
            #expect(answer10 == nil)
        }
    }

    @Test("places come evenly; who asks early is told when")
    func even() {
        var rate = RateLimit(perSecond: 10)
        let start = Instant(nanoseconds: 0)
        let answer1 = rate.take(start)
        #expect(answer1 == nil)
        let next = rate.take(start)
        #expect(next == start + .milliseconds(90))
        let answer2 = rate.take(start + .milliseconds(90))
        #expect(answer2 == nil)
        let answer3 = rate.take(start + .milliseconds(90))
        #expect(answer3 == start + .milliseconds(190))
    }
}

@Suite struct SocketBudgetTests {
    private let start = Instant(nanoseconds: 0)

    @Test("a budget lets through what it holds, then waits for a socket to close")
    func holds() {
        var budget = SocketBudget(descriptorLimit: SocketBudget.reserve + 10)
        for _ in 0..<10 {
            let answer11 = budget.takeIfFree(start)
            #expect(answer11 == nil)
        }
        let answer4 = budget.takeIfFree(start)
        #expect(answer4 == Instant(nanoseconds: .max))
        budget.giveBack()
        let answer5 = budget.takeIfFree(start)
        #expect(answer5 == nil)
    }

    @Test("a refusal lowers it to what is open; it recovers step by step")
    func adapts() {
        var budget = SocketBudget(descriptorLimit: SocketBudget.reserve + 100)
        for _ in 0..<51 { _ = budget.takeIfFree(start) }
        budget.refused(start)
        #expect(budget.limit == 50)
        let answer6 = budget.takeIfFree(start)
        #expect(answer6 == start + SocketBudget.pause)
        let later = start + SocketBudget.pause
        let answer7 = budget.takeIfFree(later)
        #expect(answer7 == start + SocketBudget.recovery)
        let recovered = start + SocketBudget.recovery
        let answer8 = budget.takeIfFree(recovered)
        #expect(answer8 == nil)
        #expect(budget.limit == 56)
        #expect(budget.inUse == 51)
    }

    @Test("the closing of a socket ends the pause after a refusal")
    func pauseEnds() {
        var budget = SocketBudget(descriptorLimit: 1000)
        _ = budget.takeIfFree(start)
        _ = budget.takeIfFree(start)
        budget.refused(start)
        budget.giveBack()
        let answer9 = budget.takeIfFree(start)
        #expect(answer9 == nil)
    }
}
