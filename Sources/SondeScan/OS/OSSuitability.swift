// SPDX-License-Identifier: Apache-2.0

/// Whether a fingerprint was taken under conditions that make it good enough for the database (spec page
/// `os-detection`, section 9).
package struct OSSuitability: Hashable, Sendable {
    /// The pause between probes, milliseconds.
    package var scanDelay = 0
    /// The timing template's level, 0 to 5.
    package var timingLevel = 3
    /// Whether there was an open TCP port.
    package var hasOpenPort = false
    /// Whether there was a TCP port that is known to be closed.
    package var hasClosedPort = false
    /// Whether there was a closed UDP port, or UDP was scanned, so that one was looked for.
    package var hasUDPAnswer = false
    /// How many hops away the host is; nothing if not known.
    package var distance: Int?
    /// How much longer than planned the six evenly spaced probes took, at worst.
    package var timingRatio = 1.0
    /// Whether a probe could not be sent.
    package var hasFailedProbe = false

    /// Makes a record of a host of which nothing is known.
    package init() {}

    /// The first thing that is wrong; nothing if all is well.
    package var problem: String? {
        if scanDelay > 500 { return "Scan delay (\(scanDelay)) is greater than 500" }
        if timingLevel > 4 { return "Timing level 5 (Insane) used" }
        if !hasOpenPort { return "Missing an open TCP port so results incomplete" }
        if !hasClosedPort { return "Missing a closed TCP port so results incomplete" }
        if let distance, distance < -1 {
            return "Host distance (\(distance) network hops) appears to be negative"
        }
        if let distance, distance > 5 {
            return "Host distance (\(distance) network hops) is greater than five"
        }
        if timingRatio > 1.4 { return "maxTimingRatio (\(Self.scientific(timingRatio))) is greater than 1.4" }
        if !hasUDPAnswer { return "Didn't receive UDP response. Please try again with -sSU" }
        return hasFailedProbe ? "Some probes failed to send so results incomplete" : nil
    }

    /// A number as C's `%e` writes it, `1.600000e+00`.
    static func scientific(_ number: Double) -> String {
        guard number.isFinite, number > 0 else { return "0.000000e+00" }
        var exponent = 0
        var mantissa = number
        while mantissa >= 10 {
            mantissa /= 10
            exponent += 1
        }
        while mantissa < 1 {
            mantissa *= 10
            exponent -= 1
        }
        var millionths = Int((mantissa * 1e6).rounded())
        if millionths == 10_000_000 {
            millionths /= 10
            exponent += 1
        }
        let digits = { (number: Int, width: Int) in
            String(repeating: "0", count: max(0, width - String(number).count)) + String(number)
        }
        let power = digits(abs(exponent), 2)
        return
            "\(millionths / 1_000_000).\(digits(millionths % 1_000_000, 6))e\(exponent < 0 ? "-" : "+")\(power)"
    }
}
