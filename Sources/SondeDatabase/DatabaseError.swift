// SPDX-License-Identifier: Apache-2.0

/// What is wrong with a data file, and where.
package struct DatabaseError: Error, Hashable, Sendable {
    /// What is wrong.
    package enum Problem: Hashable, Sendable {
        /// A fraction with a denominator of zero.
        case zeroDenominator(String)
        /// A ratio above one.
        case ratioAboveOne(String)
        /// A negative number in a ratio.
        case negativeRatio(String)
        /// A line that is no entry.
        case malformedEntry(String)
        /// A protocol number above 255.
        case numberTooLarge(String)
        /// A string whose escapes make no sense, or that does not end on its line.
        case badString
        /// A list of ports that makes no sense.
        case badPortList(String)
        /// The same octets were given before.
        case duplicatePayload
        /// More octets than this software is made for.
        case fileTooLarge
        /// A line of the service probes file that makes no sense.
        case serviceProbes(ServiceProbesProblem)
    }

    /// The file's name, as given to the parser.
    package let file: String
    /// The line, from 1; 0 if the whole file is meant.
    package let line: Int
    /// What is wrong.
    package let problem: Problem

    /// Makes an error.
    package init(file: String, line: Int, problem: Problem) {
        self.file = file
        self.line = line
        self.problem = problem
    }
}

extension DatabaseError: CustomStringConvertible {
    /// `file:line: what is wrong`.
    package var description: String {
        (line > 0 ? "\(file):\(line): " : "\(file): ") + problem.description
    }
}

extension DatabaseError.Problem: CustomStringConvertible {
    /// What is wrong, in words.
    package var description: String {
        switch self {
        case .zeroDenominator(let text): "ratio \"\(text)\" divides by zero"
        case .ratioAboveOne(let text): "ratio \"\(text)\" is above 1; ratios are 0 to 1"
        case .negativeRatio(let text): "ratio \"\(text)\" has a negative number; ratios are 0 to 1"
        case .malformedEntry(let text): "\"\(text)\" is not an entry of this file"
        case .numberTooLarge(let text): "number \"\(text)\" is too large; use 0 to 255"
        case .badString: "a string has an unknown escape or no closing quote"
        case .badPortList(let text): "\"\(text)\" is not a list of ports"
        case .duplicatePayload: "the same payload was given before"
        case .fileTooLarge: "the file is too large"
        case .serviceProbes(let problem): problem.description
        }
    }
}
