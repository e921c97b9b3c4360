// SPDX-License-Identifier: Apache-2.0

internal import Glibc

/// Where data files are looked for.
package struct DataPlaces: Hashable, Sendable {
    /// Explicit paths by logical name (`--servicedb`, `--versiondb`); nothing else is tried for these names.
    package var overrides: [String: String]
    /// The directories, first choice first.
    package var directories: [String]
    /// The one of them that holds the program, and so more than data.
    package private(set) var executableDirectory: String?
    /// The current directory, which is only looked at to warn; nil for no warning.
    package var currentDirectory: String?

    /// Names the places directly.
    package init(
        directories: [String],
        overrides: [String: String] = [:],
        currentDirectory: String? = nil
    ) {
        self.directories = directories
        self.overrides = overrides
        self.currentDirectory = currentDirectory
    }

    /// Puts the places in the usual order.
    ///
    /// - Parameters:
    ///   - overrides: explicit paths by logical name.
    ///   - dataDirectory: the value of `--datadir`.
    ///   - environmentDirectory: the value of `$NMAPDIR`.
    ///   - homes: home directories of the real and the effective user; `.nmap` in each is searched.
    ///   - executableDirectory: where the running program lies.
    ///   - installed: directories to end with.
    package init(
        overrides: [String: String] = [:],
        dataDirectory: String?,
        environmentDirectory: String?,
        homes: [String],
        executableDirectory: String?,
        installed: [String] = ["/usr/share/nmap", "/usr/local/share/nmap"]
    ) {
        var directories = [dataDirectory, environmentDirectory].compactMap { $0 }
        directories += homes.map { $0 + "/.nmap" }
        if let executableDirectory {
            directories += [executableDirectory, executableDirectory + "/../share/nmap"]
        }
        self.init(directories: directories + installed, overrides: overrides, currentDirectory: ".")
        self.executableDirectory = executableDirectory
    }

    /// The places for this process: its environment, users and executable.
    ///
    /// - Parameters:
    ///   - overrides: explicit paths by logical name.
    ///   - dataDirectory: the value of `--datadir`.
    /// - Returns: the places, none of which need exist.
    package static func ofProcess(
        overrides: [String: String] = [:],
        dataDirectory: String? = nil
    ) -> DataPlaces {
        DataPlaces(
            overrides: overrides,
            dataDirectory: dataDirectory,
            environmentDirectory: environmentDirectory,
            homes: homes,
            executableDirectory: executableDirectory
        )
    }

    private static var environmentDirectory: String? {
        // The value is copied at once; nothing in this program changes its environment.
        guard let value = unsafe getenv("NMAPDIR") else { return nil }
        return unsafe String(cString: value)
    }

    private static var homes: [String] {
        let users = getuid() == geteuid() ? [getuid()] : [getuid(), geteuid()]
        return users.compactMap(home)
    }

    /// A user's home as the password database has it, not as `$HOME` says.
    private static func home(of user: uid_t) -> String? {
        unsafe withUnsafeTemporaryAllocation(of: CChar.self, capacity: 1 << 14) { buffer in
            var entry = unsafe passwd()
            var result: UnsafeMutablePointer<passwd>?
            guard let room = buffer.baseAddress else { return nil }
            // The entry's strings lie in the buffer, which outlives the copy.
            let status = unsafe getpwuid_r(user, &entry, room, buffer.count, &result)
            guard status == 0, unsafe result != nil, let home = unsafe entry.pw_dir else { return nil }
            return unsafe String(cString: home)
        }
    }

    private static var executableDirectory: String? {
        let path = unsafe withUnsafeTemporaryAllocation(of: CChar.self, capacity: 4096) { buffer -> String? in
            guard let room = buffer.baseAddress else { return nil }
            let count = unsafe readlink("/proc/self/exe", room, buffer.count)
            guard count > 0 else { return nil }
            return unsafe String(decoding: UnsafeRawBufferPointer(buffer).prefix(count), as: UTF8.self)
        }
        guard let path, let slash = path.lastIndex(of: "/"), slash != path.startIndex else { return nil }
        return String(path[..<slash])
    }
}
