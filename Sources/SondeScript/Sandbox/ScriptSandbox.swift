// SPDX-License-Identifier: Apache-2.0

internal import Glibc

/// What scripts may touch on this machine.
///
/// Paths are judged by the place they lead to once all links are followed. The kernel is asked to hold the same limits,
/// where it can: see ``KernelSandbox``.
package struct ScriptSandbox: Hashable, Sendable {
    /// What can be opened besides files.
    package struct Permissions: OptionSet, Hashable, Sendable {
        /// The bits.
        package let rawValue: Int

        /// Makes permissions from their bits.
        package init(rawValue: Int) { self.rawValue = rawValue }

        /// Starting programs.
        package static let exec = Permissions(rawValue: 1)
        /// Loading machine code.
        package static let native = Permissions(rawValue: 2)
        /// The parts of the debug library that reach out of a script.
        package static let debug = Permissions(rawValue: 4)
        /// Reading environment variables.
        package static let env = Permissions(rawValue: 8)
    }

    /// What is to be done with a file.
    package enum Use: String, Hashable, Sendable {
        /// Read it, or list a directory.
        case read
        /// Make, change or remove it.
        case write
    }

    /// What is opened.
    package var permissions: Permissions = []
    /// Files and directories that may be read, with all that lies under them; links followed.
    package private(set) var readable: [String] = []
    /// Files and directories that may be written and read.
    package private(set) var writable: [String] = []

    /// Makes a sandbox that opens nothing.
    package init() {}

    /// Opens a file or directory for reading.
    package mutating func allowReading(_ path: String) {
        if let place = Self.place(path), place != "/" { readable.append(place) }
    }

    /// Opens a file or directory for reading and writing, whether it is there yet or not.
    package mutating func allowWriting(_ path: String) {
        if let place = Self.place(path), place != "/" { writable.append(place) }
    }

    /// Where a path leads, if that may be used.
    ///
    /// - Parameters:
    ///   - path: as a script gave it.
    ///   - use: what for.
    ///   - ownDirectory: the directory of the script that asks.
    /// - Returns: the path to use, without links; nothing if it may not be used.
    package func place(of path: String, for use: Use, ownDirectory: String? = nil) -> String? {
        guard let place = Self.place(path) else { return nil }
        if writable.contains(where: { Self.isUnder(place, $0) }) {
            return Self.isOrdinary(place) ? place : nil
        }
        guard use == .read, Self.isOrdinary(place) else { return nil }
        if readable.contains(where: { Self.isUnder(place, $0) }) { return place }
        guard let own = ownDirectory.flatMap(Self.place), own != "/", Self.isUnder(place, own),
            !place.dropFirst(own.count).contains("/.")
        else { return nil }
        return place
    }

    /// A path's place: absolute, without links and dots.
    ///
    /// What is not there yet is judged by the directory it would be in.
    static func place(_ path: String) -> String? {
        guard !path.isEmpty, !path.utf8.contains(0), path.utf8.count < Int(PATH_MAX) else { return nil }
        if let real = real(path) { return real }
        var parent = path.split(separator: "/", omittingEmptySubsequences: true).map(String.init)
        guard let name = parent.popLast(), name != "..", name != "." else { return nil }
        // A link to nowhere leads to a place that cannot be judged.
        guard !isLink(path) else { return nil }
        let base = (path.hasPrefix("/") ? "/" : "") + parent.joined(separator: "/")
        guard let place = Self.place(base.isEmpty ? "." : base) else { return nil }
        return place == "/" ? "/" + name : place + "/" + name
    }

    private static func real(_ path: String) -> String? {
        guard let resolved = unsafe realpath(path, nil) else { return nil }
        // The call has made the string for us.
        defer { unsafe free(resolved) }
        return unsafe String(validatingCString: resolved)
    }

    private static func isLink(_ path: String) -> Bool {
        var status = stat()
        return unsafe lstat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFLNK
    }

    /// Whether a place is a file or a directory, or nothing yet: opening a pipe or device could wait for ever.
    private static func isOrdinary(_ place: String) -> Bool {
        var status = stat()
        guard unsafe stat(place, &status) == 0 else { return true }
        let kind = status.st_mode & S_IFMT
        return kind == S_IFREG || kind == S_IFDIR
    }

    private static func isUnder(_ place: String, _ root: String) -> Bool {
        place == root || place.utf8.starts(with: (root + "/").utf8)
    }
}
