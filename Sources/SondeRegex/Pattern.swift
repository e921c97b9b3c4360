// SPDX-License-Identifier: Apache-2.0

internal import CPCRE2

/// A Perl-compatible pattern over octets, translated to machine code where that is possible.
///
/// A search costs at most the ``MatchBudget`` of its workspace, whatever pattern and subject are.
@safe
package final class Pattern {
    /// The library's version and its date, as `10.42 2022-12-11`.
    package static let libraryVersion = readLibraryVersion()

    /// How many groups capture, named ones included.
    package let groupCount: Int
    /// Names of groups, with their numbers; a name may stand for several.
    package let groupNames: [(name: String, group: Int)]
    private let code: OpaquePointer

    /// Compiles a pattern.
    ///
    /// - Parameters:
    ///   - octets: the pattern; may hold any octet.
    ///   - options: how it is read.
    ///   - isTranslated: whether it is translated to machine code, which costs some 30 µs and pays from the first long
    ///     subject on.
    /// - Throws: ``PatternError`` with the library's words.
    package init(
        _ octets: some Collection<UInt8>,
        options: PatternOptions = [],
        isTranslated: Bool = true
    ) throws(PatternError) {
        let code = unsafe try Self.compile(Array(octets), options)
        if isTranslated { _ = unsafe pcre2_jit_compile_8(code, PCRE2_JIT_COMPLETE) }
        groupCount = unsafe Self.number(code, PCRE2_INFO_CAPTURECOUNT)
        groupNames = unsafe Self.names(code)
        unsafe self.code = unsafe code
    }

    deinit { unsafe pcre2_code_free_8(code) }

    /// Looks for the first match.
    ///
    /// - Parameters:
    ///   - subject: the octets to search.
    ///   - start: where the search begins; what lies before is seen by assertions only.
    ///   - options: what the search takes into account.
    ///   - workspace: the memory to use.
    /// - Returns: the match, or why there is none.
    package func firstMatch(
        in subject: [UInt8],
        from start: Int = 0,
        options: MatchOptions = [],
        using workspace: MatchWorkspace
    ) -> MatchOutcome {
        guard start >= 0, start <= subject.count,
            let data = unsafe workspace.matchData(groups: groupCount + 1)
        else { return .noMatch }
        let count = unsafe subject.withUnsafeBufferPointer { octets in
            // The library reads the subject's octets during this call only.
            unsafe pcre2_match_8(
                code,
                octets.baseAddress,
                octets.count,
                start,
                options.bits,
                data,
                workspace.context
            )
        }
        if count > 0 { return .matched(unsafe captures(data, set: Int(count), in: subject.count)) }
        return [PCRE2_ERROR_NOMATCH, PCRE2_ERROR_PARTIAL].contains(count) ? .noMatch : .exhausted
    }

    // MARK: The library

    /// Reads the places of groups; the memory holds at least `groupCount + 1` pairs.
    private func captures(_ data: OpaquePointer, set: Int, in length: Int) -> Captures {
        var ranges = [Range<Int>?](repeating: nil, count: groupCount + 1)
        guard let places = unsafe pcre2_get_ovector_pointer_8(data) else { return Captures(ranges: ranges) }
        for group in 0..<min(set, groupCount + 1) {
            let (first, last) = unsafe (Int(places[2 * group]), Int(places[2 * group + 1]))
            // An unset place is the greatest unsigned number; a match may be reset (`\K`) to begin behind its end.
            if first >= 0, last >= first, last <= length { ranges[group] = first..<last }
        }
        return Captures(ranges: ranges)
    }

    private static func compile(
        _ octets: [UInt8],
        _ options: PatternOptions
    ) throws(PatternError) -> OpaquePointer {
        var error: CInt = 0
        var offset = 0
        let code = unsafe octets.withUnsafeBufferPointer { octets in
            // The library copies the pattern; the code is owned by the caller.
            unsafe pcre2_compile_8(octets.baseAddress, octets.count, options.bits, &error, &offset, nil)
        }
        guard let code = unsafe code else { throw PatternError(message: message(error), offset: offset) }
        return unsafe code
    }

    private static func message(_ error: CInt) -> String {
        unsafe withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 256) { buffer in
            // The library writes at most 256 octets, the final zero included, and returns how many without it.
            let count = unsafe pcre2_get_error_message_8(error, buffer.baseAddress, 256)
            guard count > 0 else { return "error \(error)" }
            return unsafe String(decoding: buffer.prefix(Int(count)), as: UTF8.self)
        }
    }

    private static func number(_ code: OpaquePointer, _ what: CInt) -> Int {
        var value: UInt32 = 0
        // Only asked for facts that the library gives as 32-bit numbers.
        _ = unsafe pcre2_pattern_info_8(code, UInt32(what), &value)
        return Int(value)
    }

    /// Reads the table of names: entries of equal size, two octets of number and a text that a zero ends.
    private static func names(_ code: OpaquePointer) -> [(name: String, group: Int)] {
        let (count, size) = unsafe (
            number(code, PCRE2_INFO_NAMECOUNT), number(code, PCRE2_INFO_NAMEENTRYSIZE)
        )
        var table: UnsafePointer<UInt8>?
        _ = unsafe pcre2_pattern_info_8(code, UInt32(PCRE2_INFO_NAMETABLE), &table)
        guard size > 3, let table = unsafe table else { return [] }
        return (0..<count).map { index in
            let entry = unsafe UnsafeBufferPointer(start: table + index * size, count: size)
            let name = unsafe entry[2...].prefix { $0 != 0 }
            return unsafe (String(decoding: name, as: UTF8.self), Int(entry[0]) << 8 | Int(entry[1]))
        }
    }

    private static func readLibraryVersion() -> String {
        unsafe withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 64) { buffer in
            // The text has at most 64 octets, which the library's documentation promises.
            let count = unsafe pcre2_config_8(UInt32(PCRE2_CONFIG_VERSION), buffer.baseAddress)
            return unsafe String(decoding: buffer.prefix(max(0, Int(count) - 1)), as: UTF8.self)
        }
    }
}
