// SPDX-License-Identifier: Apache-2.0

/// Names of output files with the time in them (spec `cli`, section 9).
package enum OutputFileName {
    /// Replaces `%H`, `%M`, `%S`, `%T` (HHMMSS), `%R` (HHMM), `%m`, `%d`, `%y`, `%Y`, `%D` (mmddyy), `%F`
    /// (YYYY-mm-dd) and `%%`; another letter stands for itself.
    ///
    /// - Parameters:
    ///   - pattern: the name as typed.
    ///   - time: when the scan began, seconds since 1970; told in the local time zone.
    /// - Returns: the name with all that is replaced.
    package static func expanded(_ pattern: String, at time: Double) -> String {
        let clock = LocalTime(time)
        var name = ""
        var isAfterPercent = false
        for character in pattern {
            if isAfterPercent {
                name += format(of: character).map(clock.text) ?? String(character)
                isAfterPercent = false
            } else if character == "%" {
                isAfterPercent = true
            } else {
                name.append(character)
            }
        }
        return isAfterPercent ? name + "%" : name
    }

    private static func format(of letter: Character) -> String? {
        switch letter {
        case "H", "M", "S", "m", "d", "y", "Y", "F": "%\(letter)"
        case "T": "%H%M%S"
        case "R": "%H%M"
        case "D": "%m%d%y"
        default: nil
        }
    }
}
