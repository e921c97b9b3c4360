// SPDX-License-Identifier: Apache-2.0

/// What is asked about operating systems.
public struct SystemRequest: Hashable, Sendable {
    /// Whether operating systems are found out at all (`-O`).
    public var isWanted = false
    /// Whether only hosts with an open and a closed TCP port are tried (`--osscan-limit`).
    public var onlyPromising = false
    /// Whether systems that fit less than perfectly are named in any case (`--osscan-guess`).
    public var isGuessing = false
    /// How many rounds of probes each host gets at most, 1 to 50 (`--max-os-tries`).
    public var mostRounds = 5

    /// Makes a request for nothing.
    public init() {}
}
