// SPDX-License-Identifier: Apache-2.0

import SondeLua
import Testing

/// A state with a few host functions, for tests of the seam.
final class LuaFixture {
    /// How many probes are alive.
    final class Counter {
        var alive = 0
    }

    /// Counts its own instances, to find leaks.
    final class Probe {
        private let counter: Counter
        init(_ counter: Counter) {
            self.counter = counter
            counter.alive += 1
        }
        deinit { counter.alive -= 1 }
    }

    let state: LuaState
    /// What the next resume of a suspended host function returns.
    var delivery: [LuaValue] = []
    /// What the next resume of a suspended host function raises, in place of the delivery.
    var failure: HostError?

    init(memoryLimit: Int? = nil, counter: Counter = Counter()) throws {
        state = try LuaState(memoryLimit: memoryLimit)
        state.onResumed = { [unowned self] frame throws(HostError) in
            if let failure {
                self.failure = nil
                throw failure
            }
            for value in delivery { frame.push(value) }
            return .results(delivery.count)
        }
        let suspend = state.function("suspend") { frame throws(HostError) in
            try frame.requireSuspension()
            return .suspended
        }
        let fail = state.function("fail") { frame throws(HostError) in
            let probe = Probe(counter)
            try withExtendedLifetime(probe) { () throws(HostError) in throw .message("failed") }
            return .nothing
        }
        let double = state.function("double") { frame throws(HostError) in
            frame.push(try frame.integer(at: 1) &* 2)
            return .results(1)
        }
        state.withStack { frame in
            frame.pushGlobals()
            frame.setField("suspend", suspend)
            frame.setField("fail", fail)
            frame.setField("double", double)
        }
    }

    /// Runs a chunk on the main stack and describes its first result.
    func run(_ source: String) throws -> String {
        try state.withStack { frame in
            try frame.load(Array(source.utf8), name: "=test")
            try frame.call(arguments: 0, results: 1)
            return String(decoding: try frame.describe(at: -1), as: UTF8.self)
        }
    }

    /// Makes a coroutine of a chunk.
    func coroutine(_ source: String) throws -> Coroutine {
        try state.withStack { frame in
            try frame.load(Array(source.utf8), name: "=test")
            let coroutine = Coroutine(popping: frame)
            return try #require(coroutine)
        }
    }

    /// Describes the top of a coroutine's stack.
    func top(_ coroutine: Coroutine) throws -> String {
        try coroutine.withFrame { frame in String(decoding: try frame.describe(at: -1), as: UTF8.self) }
    }
}
