// SPDX-License-Identifier: Apache-2.0

@testable import SondeCommand

/// Command lines, the file of options, and keys.
enum CommandTargets {
    static let all = [
        FuzzTarget("command-line", most: 1024, commandLine), FuzzTarget("config", config),
        FuzzTarget("values", most: 200, values),
    ]

    /// Words parted by zeros, as typed.
    private static func commandLine(_ octets: [UInt8]) {
        let words = octets.split(separator: 0, omittingEmptySubsequences: false)
            .map { String(decoding: $0, as: UTF8.self) }
        _ = try? ArgumentNormaliser.normalise(words)
        var keys = StatusKeys()
        _ = keys.decode(octets)
    }

    /// A file of options and profiles, merged with what was typed.
    private static func config(_ octets: [UInt8]) throws {
        guard let file = try? ConfigFile("config", octets: octets) else { return }
        for profile in [nil] + file.profiles.prefix(4).map(Optional.some) {
            _ = try? file.merged(NormalisedArguments(), profile: profile)
        }
    }

    private static func values(_ octets: [UInt8]) {
        let text = String(decoding: octets, as: UTF8.self)
        _ = try? IPOptionsText.octets(text)
        _ = try? ValueParsing.time(text, .maximumRTT)
        _ = try? ValueParsing.time(text, .hostTimeout, guard: .from(1000))
        _ = try? ValueParsing.rate(text, .maximumRTT)
        _ = try? ValueParsing.hexOctets(text, .maximumRTT)
        _ = try? ValueParsing.timingLevel(text)
    }
}
