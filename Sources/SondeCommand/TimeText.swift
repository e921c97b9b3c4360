// SPDX-License-Identifier: Apache-2.0

internal import Glibc

/// Points in time for people.
enum TimeText {
    /// `2026-11-23 21:43:05`, in local time.
    static func dateAndSecond(_ seconds: Double) -> String {
        guard seconds.isFinite, abs(seconds) < 1e12 else { return "-" }
        var clock = time_t(seconds)
        var parts = unsafe tm()
        // Both pointers are to local variables, and the call keeps none.
        guard unsafe localtime_r(&clock, &parts) != nil else { return "-" }
        let two = { (number: Int32) in number < 10 ? "0\(number)" : "\(number)" }
        let date = unsafe "\(Int(parts.tm_year) + 1900)-\(two(parts.tm_mon + 1))-\(two(parts.tm_mday))"
        return unsafe date + " \(two(parts.tm_hour)):\(two(parts.tm_min)):\(two(parts.tm_sec))"
    }
}
