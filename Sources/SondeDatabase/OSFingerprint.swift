// SPDX-License-Identifier: Apache-2.0

/// What one test told of a host: a line of its fingerprint.
package struct OSTestLine: Hashable, Sendable {
    /// The test.
    package let test: OSTest
    /// The values, in the order of the test's attributes; nothing for those that were not determined.
    package private(set) var values: [String?]

    /// Makes a line that tells nothing.
    package init(_ test: OSTest) {
        self.test = test
        values = Array(repeating: nil, count: test.attributes.count)
    }

    /// The value of an attribute; setting one that the test does not have is ignored.
    package subscript(_ attribute: OSAttribute) -> String? {
        get { test.place(of: attribute).flatMap { values[$0] } }
        set {
            guard let place = test.place(of: attribute) else { return }
            values[place] = newValue
        }
    }

    /// The line of a probe that nothing answered.
    package static func silent(_ test: OSTest) -> OSTestLine {
        var line = OSTestLine(test)
        line[.responds] = "N"
        return line
    }

    /// Whether both lines tell of the same attributes.
    package func hasSameAttributes(as other: OSTestLine) -> Bool {
        test == other.test && zip(values, other.values).allSatisfy { ($0 == nil) == ($1 == nil) }
    }
}

extension OSTestLine: CustomStringConvertible {
    /// The line as fingerprints write it, as `T2(R=N)`.
    package var description: String {
        let parts = zip(test.attributes, values).compactMap { attribute, value in
            value.map { "\(attribute.rawValue)=\($0)" }
        }
        return "\(test.name)(\(parts.joined(separator: "%")))"
    }
}

/// What all tests of one round told of a host.
package struct OSFingerprint: Hashable, Sendable {
    private var lines: [OSTestLine?] = Array(repeating: nil, count: OSTest.allCases.count)

    /// Makes a fingerprint without lines.
    package init() {}

    /// The line of a test; nothing if there is none.
    package subscript(_ test: OSTest) -> OSTestLine? {
        get { lines[test.rawValue] }
        set { lines[test.rawValue] = newValue?.test == test ? newValue : nil }
    }

    /// The lines there are, in order.
    package var allLines: [OSTestLine] { lines.compactMap(\.self) }
}

extension OSFingerprint {
    /// Reads lines as fingerprints write them, one after the other or each on its own.
    ///
    /// What is no known test or attribute is passed over.
    package init(_ text: some StringProtocol) {
        self.init()
        for part in text.split(separator: ")") {
            guard let open = part.firstIndex(of: "(") else { continue }
            let name = part[..<open].drop { $0.isWhitespace }
            guard let test = OSTest(name: name.utf8) else { continue }
            var line = OSTestLine(test)
            for pair in part[part.index(after: open)...].split(separator: "%") {
                guard let sign = pair.firstIndex(of: "="),
                    let attribute = OSAttribute(rawValue: String(pair[..<sign]))
                else { continue }
                line[attribute] = String(pair[pair.index(after: sign)...])
            }
            self[test] = line
        }
    }
}
