// SPDX-License-Identifier: Apache-2.0

internal import SondeIO
internal import Synchronization

/// Compiled scripts and libraries, kept from one run to the next: compiling is most of what a start with scripts costs.
///
/// One file in the user's cache directory (`docs/decisions/0032-compiled-scripts.md`). Lua believes compiled code without
/// checking it, so the file counts only if nobody but the user can have written it. A chunk counts only for the very state
/// of the file that it was made from. Without such a file everything works as before. All worlds share one cache.
package final class ChunkCache: Sendable {
    /// A compiled chunk, and what was found out about its text.
    struct Chunk {
        let code: [UInt8]
        /// Whether the text is in the Lua of long ago.
        let isOld: Bool
    }

    /// The most octets that are kept; then those of this run begin a new file.
    static let largestFile = 64 << 20

    private let path: String
    private let now: @Sendable () -> Int64
    private let stored: Mutex<ChunkFile?>
    private let added = Mutex<[String: ChunkFile.NewEntry]>([:])

    /// Opens a cache; what is not there yet is made by ``save()``.
    ///
    /// - Parameters:
    ///   - path: its file.
    ///   - now: gives the time of day, nanoseconds since 1970.
    package init(_ path: String, now: @escaping @Sendable () -> Int64 = { WallClock.nanoseconds }) {
        self.path = path
        self.now = now
        stored = Mutex(ChunkFile(path))
    }

    /// Where the cache of a user is.
    ///
    /// - Parameter environment: gives environment variables.
    /// - Returns: the file's path; nothing if no home is known.
    package static func usualPath(_ environment: (String) -> String?) -> String? {
        if let base = environment("XDG_CACHE_HOME"), base.hasPrefix("/") { return base + "/sonde/chunks" }
        guard let home = environment("HOME"), home.hasPrefix("/") else { return nil }
        return home + "/.cache/sonde/chunks"
    }

    /// The compiled chunk of a file as it is now.
    func chunk(of path: String) -> Chunk? {
        guard let file = stored.withLock({ $0 }), let entry = file.entries[path],
            FileIdentity(of: path) == entry.identity, let code = file.code(of: entry)
        else { return nil }
        return Chunk(code: code, isOld: entry.isOld)
    }

    /// Whether there is a chunk of a file as it is now.
    func has(_ path: String) -> Bool {
        guard let entry = stored.withLock({ $0?.entries[path] }) else { return false }
        return FileIdentity(of: path) == entry.identity
    }

    /// Remembers a chunk that was just compiled.
    ///
    /// - Parameters:
    ///   - path: the file.
    ///   - identity: its state before it was read.
    ///   - isOld: whether its text is in the Lua of long ago.
    ///   - code: gives the compiled chunk, if it is wanted.
    func add(_ path: String, _ identity: FileIdentity?, isOld: Bool, code: () -> [UInt8]?) {
        guard let identity, identity.isSettled(at: now()), let code = code() else { return }
        let entry = ChunkFile.NewEntry(identity: identity, isOld: isOld, code: code)
        added.withLock { $0[path] = entry }
    }

    /// Writes what was added; failing means that the next run compiles again.
    package func save() {
        let new = added.withLock { added in
            defer { added = [:] }
            return added
        }
        guard !new.isEmpty else { return }
        let old = stored.withLock { $0 }
        var entries = new
        var size = new.values.reduce(0) { $0 + $1.code.count }
        for (path, entry) in old?.entries ?? [:] where entries[path] == nil {
            guard size + entry.count <= Self.largestFile, FileIdentity(of: path) == entry.identity,
                let code = old?.code(of: entry)
            else { continue }
            size += code.count
            entries[path] = ChunkFile.NewEntry(identity: entry.identity, isOld: entry.isOld, code: code)
        }
        guard PrivateFile.replace(path, with: ChunkFile.octets(of: entries)) else { return }
        stored.withLock { $0 = ChunkFile(path) }
    }
}
