// SPDX-License-Identifier: Apache-2.0

internal import SondeIO
internal import SondeLua

/// The file of a ``ChunkCache``: a head, a list of entries, their code.
///
/// Numbers have eight octets, the lowest first.
struct ChunkFile: Sendable {
    /// What is known of one chunk.
    struct Entry: Hashable {
        let identity: FileIdentity
        let isOld: Bool
        fileprivate let offset: Int
        let count: Int
        fileprivate let sum: UInt64
    }

    /// A chunk that is to be written.
    struct NewEntry {
        let identity: FileIdentity
        let isOld: Bool
        let code: [UInt8]
    }

    /// The chunks, by the path of what they were made from.
    let entries: [String: Entry]
    private let file: PrivateFile

    private static let headLength = 32
    private static let mostEntries = 100_000
    private static let longestPath = 4096

    /// What the code depends on besides its text: this format, and the library that made it.
    private static var maker: UInt64 { checksum(Array("sonde chunks 1; \(LuaState.library)".utf8)[...]) }

    /// Opens a file.
    ///
    /// - Returns: nothing if there is none, if others may have written it, if another version did, or if it is broken.
    init?(_ path: String) {
        guard let file = PrivateFile(path), let head = file.octets(at: 0, count: Self.headLength) else {
            return nil
        }
        var reader = NumberReader(head[...])
        guard reader.number() == Self.maker, let count = reader.number().flatMap(Int.init(exactly:)),
            let length = reader.number().flatMap(Int.init(exactly:)), let sum = reader.number(),
            count <= Self.mostEntries, let list = file.octets(at: Self.headLength, count: length),
            Self.checksum(list[...]) == sum,
            let entries = Self.entries(in: list, count: count, codeStart: Self.headLength + length)
        else { return nil }
        self.entries = entries
        self.file = file
    }

    /// The code of an entry; nothing if it is not what was written.
    func code(of entry: Entry) -> [UInt8]? {
        guard let code = file.octets(at: entry.offset, count: entry.count),
            Self.checksum(code[...]) == entry.sum
        else { return nil }
        return code
    }

    private static func entries(in list: [UInt8], count: Int, codeStart: Int) -> [String: Entry]? {
        var reader = NumberReader(list[...])
        var entries: [String: Entry] = [:]
        entries.reserveCapacity(count)
        var offset = codeStart
        for _ in 0..<count {
            guard let path = reader.text(upTo: longestPath), let identity = reader.identity(),
                let flags = reader.number(), let length = reader.number().flatMap(Int.init(exactly:)),
                let sum = reader.number(), length <= ChunkCache.largestFile
            else { return nil }
            entries[path] = Entry(
                identity: identity,
                isOld: flags == 1,
                offset: offset,
                count: length,
                sum: sum
            )
            offset += length
        }
        return entries
    }

    /// A whole file.
    static func octets(of entries: [String: NewEntry]) -> [UInt8] {
        var list: [UInt8] = []
        var codes: [UInt8] = []
        var count = 0
        for (path, entry) in entries.sorted(by: { $0.key < $1.key }) where path.utf8.count <= longestPath {
            guard count < mostEntries else { break }
            count += 1
            list.append(number: UInt64(path.utf8.count))
            list.append(contentsOf: path.utf8)
            let identity = entry.identity
            for part in [identity.size, identity.modified, identity.changed] {
                list.append(number: UInt64(bitPattern: part))
            }
            for part in [
                identity.device, identity.number, entry.isOld ? 1 : 0, UInt64(entry.code.count),
                checksum(entry.code[...]),
            ] {
                list.append(number: part)
            }
            codes += entry.code
        }
        var octets: [UInt8] = []
        octets.reserveCapacity(headLength + list.count + codes.count)
        for part in [maker, UInt64(count), UInt64(list.count), checksum(list[...])] {
            octets.append(number: part)
        }
        return octets + list + codes
    }

    /// A sum over octets that any accident changes; no help against intent.
    static func checksum(_ octets: ArraySlice<UInt8>) -> UInt64 {
        unsafe octets.withUnsafeBytes { bytes in
            var sum = UInt64(bytes.count) &* 0x9E37_79B9_7F4A_7C15
            var place = 0
            func mix(_ word: UInt64) {
                sum = (sum ^ word) &* 0xFF51_AFD7_ED55_8CCD
                sum ^= sum >> 32
            }
            while place + 8 <= bytes.count {
                // Eight octets from here lie within.
                mix(unsafe bytes.loadUnaligned(fromByteOffset: place, as: UInt64.self).littleEndian)
                place += 8
            }
            while place < bytes.count {
                mix(UInt64(unsafe bytes[place]) | 0x100)
                place += 1
            }
            return sum
        }
    }
}

/// Reads the numbers and texts of a ``ChunkFile``; what is missing is nothing, never a trap.
private struct NumberReader {
    private var rest: ArraySlice<UInt8>

    init(_ octets: ArraySlice<UInt8>) { rest = octets }

    mutating func number() -> UInt64? {
        guard rest.count >= 8 else { return nil }
        defer { rest = rest.dropFirst(8) }
        return rest.prefix(8).reversed().reduce(0) { $0 << 8 | UInt64($1) }
    }

    mutating func text(upTo limit: Int) -> String? {
        guard let length = number().flatMap(Int.init(exactly:)), length <= limit, length <= rest.count else {
            return nil
        }
        defer { rest = rest.dropFirst(length) }
        return String(decoding: rest.prefix(length), as: UTF8.self)
    }

    mutating func identity() -> FileIdentity? {
        guard let size = number(), let modified = number(), let changed = number(), let device = number(),
            let inode = number()
        else { return nil }
        return FileIdentity(
            device: device,
            number: inode,
            size: Int64(bitPattern: size),
            modified: Int64(bitPattern: modified),
            changed: Int64(bitPattern: changed)
        )
    }
}

extension [UInt8] {
    fileprivate mutating func append(number: UInt64) {
        for shift in stride(from: 0, to: 64, by: 8) {
            append(UInt8(truncatingIfNeeded: number >> UInt64(shift)))
        }
    }
}
