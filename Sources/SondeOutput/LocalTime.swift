// SPDX-License-Identifier: Apache-2.0

internal import Glibc

/// A point in time in the words of the local time zone.
struct LocalTime {
    private let seconds: time_t

    /// Takes seconds since 1970; what is no number counts as 0.
    init(_ seconds: Double) { self.seconds = LocalTime.whole(seconds) }

    /// Whole seconds, towards the past as `time` counts; 0 for what is no number.
    static func whole(_ seconds: Double) -> Int {
        seconds.isFinite ? Int(min(max(seconds, -1e12), 1e12).rounded(.down)) : 0
    }

    /// `Mon Nov 23 21:26:01 2026`.
    var long: String { text("%a %b %e %H:%M:%S %Y") }
    /// `21:43`.
    var minute: String { text("%H:%M") }
    /// `2026-11-23 21:43 UTC`.
    var dateAndMinute: String { text("%Y-%m-%d %H:%M %Z") }
    /// `2026-11-23 21:43:05 UTC`.
    var dateAndSecond: String { text("%Y-%m-%d %H:%M:%S %Z") }

    /// The time in a format of `strftime`; nothing if it is longer than 128 octets.
    func text(_ format: String) -> String {
        var buffer = [CChar](repeating: 0, count: 128)
        var clock = seconds
        var calendar = unsafe tm()
        // All pointers are to local variables, and no call keeps one. The count is the buffer's; strftime
        // writes no more, and says how much it wrote.
        guard unsafe localtime_r(&clock, &calendar) != nil else { return "" }
        let length = unsafe strftime(&buffer, buffer.count, format, &calendar)
        return String(decoding: buffer.prefix(length).map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
}
