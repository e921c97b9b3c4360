// SPDX-License-Identifier: Apache-2.0

import SondeThread
import Synchronization
import Testing

@Suite struct BatchThreadTests {
    private final class Seen: Sendable {
        let batches = Mutex<[[Int]]>([])
        var elements: [Int] { batches.withLock { $0.flatMap { $0 } } }
    }

    @Test("all arrives in order, also more than may wait", arguments: [0, 1, 10, 50_000])
    func order(count: Int) throws {
        let seen = Seen()
        let thread = BatchThread<Int>(mostWaiting: 1000) {
            { batch in
                seen.batches.withLock { $0.append(batch) }
                return true
            }
        }
        for number in 0..<count { try thread.take(number) }
        thread.finish()
        #expect(seen.elements == Array(0..<count))
        #expect(seen.batches.withLock { $0.allSatisfy { !$0.isEmpty && $0.count <= 1000 } })
    }

    @Test("what comes together is handled together")
    func batches() throws {
        let seen = Seen()
        let thread = BatchThread<Int> {
            { batch in
                seen.batches.withLock { $0.append(batch) }
                return true
            }
        }
        for number in 0..<10_000 { try thread.take(number) }
        thread.finish()
        #expect(seen.batches.withLock { $0.count } < 1000)
    }

    @Test("a handler that wants no more gets no more, and nobody waits for it", .timeLimit(.minutes(1)))
    func stopping() throws {
        let seen = Seen()
        let thread = BatchThread<Int>(mostWaiting: 10) {
            { batch in
                seen.batches.withLock { $0.append(batch) }
                return false
            }
        }
        for number in 0..<10_000 { try thread.take(number) }
        thread.finish()
        #expect(seen.batches.withLock { $0.count } == 1)
        #expect(seen.elements.first == 0)
    }

    @Test("threads take no signals that are meant for the process")
    func signals() throws {
        let isBlocked = Mutex(false)
        let thread = try SystemThread { isBlocked.withLock { $0 = SignalMask.blocksInterrupts } }
        thread.join()
        #expect(isBlocked.withLock { $0 })
    }
}
