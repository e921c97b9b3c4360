// SPDX-License-Identifier: Apache-2.0

/// The kinds of system that all matches of a result stand for together.
public struct OSClassification: Hashable, Sendable {
    /// Kinds that are kept.
    public static let limit = 36

    /// One kind, and how well the best system of it fits.
    public struct Entry: Hashable, Sendable {
        /// The kind.
        public var osClass: OSClass
        /// The accuracy of the first match of this kind, 0 to 1.
        public var accuracy: Double
    }

    /// The kinds, each once with the platforms of the first match of that kind, in the order of the matches.
    public private(set) var entries: [Entry] = []

    /// Collects the kinds of a result: of the perfect matches if there are any, otherwise of all.
    public init(_ result: OSResult) {
        guard result.verdict == .matches else { return }
        let perfect = result.perfectMatches
        for match in perfect.isEmpty ? result.matches[...] : perfect {
            for osClass in match.classes { add(osClass, match.accuracy) }
        }
    }

    private mutating func add(_ osClass: OSClass, _ accuracy: Double) {
        let isKnown = entries.contains { entry in
            entry.osClass.vendor == osClass.vendor && entry.osClass.family == osClass.family
                && entry.osClass.generation == osClass.generation && entry.osClass.type == osClass.type
        }
        guard !isKnown, entries.count < Self.limit else { return }
        entries.append(Entry(osClass: osClass, accuracy: accuracy))
    }
}
