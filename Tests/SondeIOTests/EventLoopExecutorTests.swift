// SPDX-License-Identifier: Apache-2.0

import SondeIO
import SondeModel
import SondeTestSupport
import Testing

@Suite struct EventLoopExecutorTests {
    private actor Counter {
        let loop: EventLoop
        private var count = 0
        private var strays = 0

        init(_ loop: EventLoop) { self.loop = loop }

        nonisolated var unownedExecutor: UnownedSerialExecutor { unsafe loop.asUnownedSerialExecutor() }

        func add() {
            count += 1
            if !loop.isOnLoop { strays += 1 }
        }

        var result: (count: Int, strays: Int) { (count, strays) }
    }

    private func turn<Value: Sendable>(_ loop: EventLoop, _ body: @escaping () async -> Value) throws -> Value
    {
        var value: Value?
        _ = loop.start { value = await body() }
        try loop.turn { value != nil }
        return try #require(value)
    }

    @Test("a task started on the loop stays on its thread through sleeps, yields and calls of an actor")
    func staysOnLoop() throws {
        let loop = try EventLoop(clock: ManualClock(advancesWhenIdle: true))
        let counter = Counter(loop)
        let strays = try turn(loop) {
            var strays = 0
            for _ in 0..<100 {
                try? await loop.sleep(until: loop.now + .milliseconds(1))
                if !loop.isOnLoop { strays += 1 }
                await counter.add()
                if !loop.isOnLoop { strays += 1 }
                await Task.yield()
                if !loop.isOnLoop { strays += 1 }
            }
            let result = await counter.result
            return strays + result.strays + (result.count == 100 ? 0 : 1)
        }
        #expect(strays == 0)
    }

    @Test("a hundred exchanges over loopback in two tasks never leave the loop")
    func exchanges() throws {
        let loop = try EventLoop()
        let network = try Network(loop: loop)
        let pair = try StreamPair(network)
        var echoed = 0
        _ = loop.start {
            while let bytes = try? await pair.server.receive(before: nil) {
                guard loop.isOnLoop, (try? await pair.server.send(bytes, before: nil)) != nil else { return }
                echoed += 1
            }
        }
        let answers = try turn(loop) {
            var answers = 0
            for number in 0..<100 {
                guard (try? await pair.client.send([UInt8(number)], before: nil)) != nil else { break }
                let answer = try? await pair.client.receive(before: nil)
                if answer == [UInt8(number)], loop.isOnLoop { answers += 1 }
            }
            pair.client.close()
            return answers
        }
        #expect(answers == 100)
        #expect(echoed == 100)
        try loop.turn(waitingUpTo: .zero)
    }

    @Test("cancelling a task ends what it waits for with an error of its own")
    func cancellation() throws {
        let loop = try EventLoop()
        let network = try Network(loop: loop)
        let pair = try StreamPair(network)
        var error: StreamError?
        let task = loop.start {
            do throws(StreamError) {
                _ = try await pair.client.receive(before: nil)
            } catch let caught {
                error = caught
            }
        }
        try loop.turn(waitingUpTo: .zero)
        task.cancel()
        try loop.turn { error != nil }
        #expect(error == .cancelled)
        #expect(pair.client.isOpen)
    }
}
