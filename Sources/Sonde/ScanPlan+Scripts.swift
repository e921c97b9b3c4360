// SPDX-License-Identifier: Apache-2.0

public import SondeModel

/// Which scripts run, and with what.
///
/// How rules and arguments are read is spec `nse-engine`, sections 4 and 5. The longest time of one script is
/// ``SondeModel/TimingTemplate/scriptTimeout``.
public struct ScriptRequest: Hashable, Sendable {
    /// The rules of `--script`, split at commas, trimmed, none empty.
    public var rules: [String] = []
    /// Whether the default category was asked for (`-sC`).
    public var usesDefault = false
    /// Script arguments as typed (`--script-args`).
    public var arguments: String?
    /// A file of script arguments.
    public var argumentFile: String?
    /// Whether an argument that no script takes ends the scan (`--strict`); else it is only told.
    public var isStrict = false
    /// Whether what scripts send and receive is told.
    public var isTraced = false
    /// Whether the script database is written anew.
    public var updatesDatabase = false
    /// The rules of `--script-help`: these scripts are described and nothing else is done.
    public var helpRules: [String]?

    /// Makes a request for no script.
    public init() {}

    /// The rules to select by: ``rules``, or `default` if there are none and it was asked for.
    public var effectiveRules: [String] {
        rules.isEmpty && usesDefault ? ["default"] : rules
    }

    /// Splits a list of rules at every comma, trims blanks and drops what is empty.
    public static func splitRules(_ text: String) -> [String] {
        text.utf8.split(separator: UInt8(ascii: ",")).compactMap { part in
            let isBlank = { (byte: UInt8) in byte == 32 || (9...13).contains(byte) }
            guard let first = part.firstIndex(where: { !isBlank($0) }),
                let last = part.lastIndex(where: { !isBlank($0) })
            else { return nil }
            return String(Substring(part[first...last]))
        }
    }
}

/// How fast a scan goes.
public struct TimingRequest: Hashable, Sendable {
    /// The template, with explicit options put over it.
    public var template = TimingTemplate(level: 3)
    /// The longest pause that the engine itself may put between probes to a host; nothing means that the
    /// template's applies.
    public var maximumScanDelay: TimeSpan?
    /// Least hosts scanned together, at least 1.
    public var minimumHostGroup = 1
    /// Most hosts scanned together.
    public var maximumHostGroup = 100_000
    /// How often progress is told without being asked; nothing means never.
    public var statusInterval: TimeSpan?

    /// Whether late resets do not slow a scan down (`--defeat-rst-ratelimit`).
    public var ignoresResetLimits = false
    /// Whether late ICMP errors do not slow a UDP scan down (`--defeat-icmp-ratelimit`).
    public var ignoresErrorLimits = false

    /// Makes the default request.
    public init() {}
}
