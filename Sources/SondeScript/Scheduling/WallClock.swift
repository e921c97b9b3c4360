// SPDX-License-Identifier: Apache-2.0

internal import Glibc
internal import SondeModel

/// The time of day.
package enum WallClock {
    /// Nanoseconds since 1970.
    package static var nanoseconds: Int64 {
        var time = timespec()
        unsafe clock_gettime(CLOCK_REALTIME, &time)
        return Int64(time.tv_sec) &* 1_000_000_000 &+ Int64(time.tv_nsec)
    }

    /// Seconds since 1970.
    static var now: Double {
        var time = timespec()
        unsafe clock_gettime(CLOCK_REALTIME, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
    }
}

/// Random octets of the system.
enum RandomOctets {
    /// The most that one call gives.
    static let most = 1 << 28

    /// Fresh octets, or nothing if the system has none.
    static func make(_ count: Int) -> [UInt8]? {
        var octets = [UInt8](repeating: 0, count: count)
        var failed = false
        unsafe octets.withUnsafeMutableBytes { buffer in
            // The call gives at most 256 octets at a time.
            for start in stride(from: 0, to: count, by: 256) {
                guard let base = buffer.baseAddress else { return }
                if unsafe getentropy(base + start, min(256, count - start)) != 0 { failed = true }
            }
        }
        return failed ? nil : octets
    }
}

/// The processor time of this thread.
enum ProcessorClock {
    /// Time used since the thread began.
    static var ofThread: TimeSpan {
        var time = timespec()
        unsafe clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
        return TimeSpan(nanoseconds: Int64(time.tv_sec) &* 1_000_000_000 &+ Int64(time.tv_nsec))
    }
}
