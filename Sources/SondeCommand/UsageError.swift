// SPDX-License-Identifier: Apache-2.0

/// What is wrong with a command line.
///
/// The statuses are those that people's scripts expect of a scanner: 255 if the line cannot be read at all,
/// 1 if it can be read and asks for something that makes no sense (spec `cli`, section 1).
struct UsageError: Error, Hashable, Sendable {
    /// One line that names the offending text and says what would be right.
    let message: String
    /// The status to exit with.
    let status: Int32

    /// A line that cannot be read, or that asks for something that is not offered.
    static func syntax(_ message: String) -> UsageError { UsageError(message: message, status: 255) }

    /// A value or a combination that makes no sense.
    static func value(_ message: String) -> UsageError { UsageError(message: message, status: 1) }
}
