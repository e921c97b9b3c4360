// SPDX-License-Identifier: Apache-2.0

internal import Glibc

/// A date and time of day in the local time zone.
struct LocalTime: Hashable, Sendable {
    var year: Int
    var month: Int
    var day: Int
    var hour: Int
    var minute: Int
    var second: Int

    /// The time now.
    static var now: LocalTime {
        var seconds = time(nil)
        var parts = unsafe tm()
        _ = unsafe localtime_r(&seconds, &parts)
        return LocalTime(
            year: unsafe Int(parts.tm_year) + 1900,
            month: unsafe Int(parts.tm_mon) + 1,
            day: unsafe Int(parts.tm_mday),
            hour: unsafe Int(parts.tm_hour),
            minute: unsafe Int(parts.tm_min),
            second: unsafe Int(parts.tm_sec)
        )
    }

    /// Replaces the `%` forms of a file name (spec `cli`, section 9).
    ///
    /// `%H %M %S %m %d %y %Y` are parts, `%T %R %D %F` are several, `%%` is a percent sign, and of any other pair
    /// the second character stays.
    func expand(_ pattern: String) -> String {
        var result = String.UnicodeScalarView()
        var rest = pattern.unicodeScalars[...]
        while let scalar = rest.popFirst() {
            guard scalar == "%", let form = rest.popFirst() else {
                result.append(scalar)
                continue
            }
            result.append(contentsOf: replacement(for: form).unicodeScalars)
        }
        return String(result)
    }

    private func replacement(for form: Unicode.Scalar) -> String {
        switch form {
        case "H": two(hour)
        case "M": two(minute)
        case "S": two(second)
        case "T": two(hour) + two(minute) + two(second)
        case "R": two(hour) + two(minute)
        case "m": two(month)
        case "d": two(day)
        case "y": two(year % 100)
        case "Y": "\(year)"
        case "D": two(month) + two(day) + two(year % 100)
        case "F": "\(year)-" + two(month) + "-" + two(day)
        default: String(form)
        }
    }

    private func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
}
