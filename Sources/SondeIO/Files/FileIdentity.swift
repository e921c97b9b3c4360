// SPDX-License-Identifier: Apache-2.0

internal import CSystemShim

/// What tells one state of a file from any other without reading it: nobody but the system can set the time of the last
/// change.
package struct FileIdentity: Hashable, Sendable {
    /// The file system.
    package let device: UInt64
    /// The file's number in it.
    package let number: UInt64
    /// How long it is.
    package let size: Int64
    /// When its content was last written, nanoseconds since 1970, as programs may set it.
    package let modified: Int64
    /// When content, name or rights last changed, nanoseconds since 1970.
    package let changed: Int64

    /// Names all parts.
    package init(device: UInt64, number: UInt64, size: Int64, modified: Int64, changed: Int64) {
        self.device = device
        self.number = number
        self.size = size
        self.modified = modified
        self.changed = changed
    }

    /// Looks at a file; nothing if there is no plain file.
    package init?(of path: String) {
        var state = sonde_file_state()
        guard unsafe !path.utf8.contains(0) && sonde_look_at_file(path, &state) == 0 else { return nil }
        self.init(
            device: state.device,
            number: state.number,
            size: state.size,
            modified: state.modified,
            changed: state.changed
        )
    }

    /// Whether the file has rested long enough that a later change cannot bear the same times: clocks of file systems tick
    /// up to two seconds apart.
    ///
    /// - Parameter now: nanoseconds since 1970.
    /// - Returns: whether it has.
    package func isSettled(at now: Int64) -> Bool {
        let (age, overflow) = now.subtractingReportingOverflow(max(modified, changed))
        return !overflow && age > 3_000_000_000
    }
}
