// SPDX-License-Identifier: Apache-2.0

internal import Glibc

/// The time of day.
enum WallClock {
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
        var failed = false
        let octets = unsafe [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
            while filled < count {
                guard let base = unsafe buffer.baseAddress else { break }
                let got = unsafe getrandom(base + filled, count - filled, 0)
                guard got > 0 else {
                    if got < 0, errno == EINTR { continue }
                    failed = true
                    break
                }
                filled += got
            }
        }
        return failed ? nil : octets
    }
}
