// SPDX-License-Identifier: Apache-2.0

package import SondeLua
internal import SondeRegex

/// The `pcre` module of older trees (spec `native-modules`, section 7), over today's library.
package enum PCREModule {
    /// The numbers of flags, as scripts know them from the older library.
    private static let flags: [(name: String, value: Int)] = [
        ("CASELESS", 1), ("MULTILINE", 2), ("DOTALL", 4), ("EXTENDED", 8), ("ANCHORED", 16),
        ("DOLLAR_ENDONLY", 32), ("EXTRA", 64), ("NOTBOL", 128), ("NOTEOL", 256), ("UNGREEDY", 512),
        ("NOTEMPTY", 1024), ("UTF8", 2048), ("NO_AUTO_CAPTURE", 4096), ("NO_UTF8_CHECK", 8192),
        ("AUTO_CALLOUT", 16384), ("PARTIAL", 32768), ("DFA_SHORTEST", 65536), ("DFA_RESTART", 131_072),
        ("FIRSTLINE", 262_144), ("DUPNAMES", 524_288), ("NEWLINE_CR", 1_048_576),
        ("NEWLINE_LF", 2_097_152), ("NEWLINE_CRLF", 3_145_728), ("NEWLINE_ANY", 4_194_304),
        ("NEWLINE_ANYCRLF", 5_242_880), ("BSR_ANYCRLF", 8_388_608), ("BSR_UNICODE", 16_777_216),
    ]

    /// Makes `pcre` global and loadable.
    package static func install(in state: LuaState) throws(LuaError) {
        var methods: LuaReference?
        let type = try state.type("pcre_regex_handle", of: Expression.self) { frame in
            frame.setField("__name", "pcre_regex_handle")
            frame.pushField("__index", of: -1)
            methods = LuaReference(popping: frame)
        }
        guard let methods else { throw LuaError(kind: .memory, message: []) }
        try NativeModules.withTable("pcre", in: state) { frame in
            let module = frame.count
            frame.setField(
                "new",
                state.function("pcre.new") { frame throws(HostError) in try make(frame, type) }
            )
            frame.setField("flags", state.function("pcre.flags", pushFlags))
            let version = state.function("pcre.version") { frame in
                frame.push(Pattern.libraryVersion)
                return .results(1)
            }
            frame.setField("version", version)
            frame.push(methods)
            let exec = state.function("exec") { frame throws(HostError) in
                try search(frame, type) { pushPlaces(frame, $0) }
            }
            let match = state.function("match") { frame throws(HostError) in
                let expression = try frame.object(at: 1, as: type)
                let subject = try frame.string(at: 2)
                return try search(frame, type) { pushTexts(frame, $0, expression, subject) }
            }
            frame.setField("exec", exec)
            frame.setField("match", match)
            frame.setField(
                "gmatch",
                state.function("gmatch") { frame throws(HostError) in try forEach(frame, type) }
            )
            frame.setCount(module)
        }
    }

    /// A compiled pattern with the memory that its searches use.
    final class Expression {
        let pattern: Pattern
        let workspace = MatchWorkspace()

        init(_ pattern: Pattern) { self.pattern = pattern }
    }

    private static func make(
        _ frame: borrowing CallFrame,
        _ type: ObjectType<Expression>
    ) throws(HostError) -> HostReturn {
        let text = try frame.string(at: 1)
        let flags = try frame.integer(at: 2)
        // The reference fails like this where no locale is named.
        guard !frame.isNil(at: 3) else { throw .message("PCRE compilation failed") }
        _ = try frame.string(at: 3)
        do throws(PatternError) {
            frame.push(Expression(try Pattern(text, options: patternOptions(flags))), as: type)
            return .results(1)
        } catch {
            throw .message("\(error.message) (pattern offset: \(error.offset + 1))")
        }
    }

    private static func pushFlags(_ frame: borrowing CallFrame) -> HostReturn {
        frame.pushTable(fields: flags.count)
        for flag in flags {
            frame.push(flag.name)
            frame.push(flag.value)
            frame.setEntry()
        }
        return .results(1)
    }

    private static func patternOptions(_ flags: Int) -> PatternOptions {
        let pairs: [(Int, PatternOptions)] = [
            (1, .ignoresCase), (2, .isMultiline), (4, .dotMatchesNewline), (8, .isExtended),
            (16, .isAnchored), (32, .dollarIsEndOnly), (512, .isUngreedy), (2048, .isUTF8),
            (4096, .hasNoAutoCapture),
        ]
        return pairs.reduce(into: []) { if flags & $1.0 != 0 { $0.insert($1.1) } }
    }

    private static func matchOptions(_ flags: Int) -> MatchOptions {
        let pairs: [(Int, MatchOptions)] = [
            (16, .isAnchored), (128, .startIsNoLineStart), (256, .endIsNoLineEnd), (1024, .refusesEmpty),
        ]
        return pairs.reduce(into: []) { if flags & $1.0 != 0 { $0.insert($1.1) } }
    }

    // MARK: Searching

    /// `exec` and `match`: first and last place, and what `push` makes of the captures; nothing without a match.
    private static func search(
        _ frame: borrowing CallFrame,
        _ type: ObjectType<Expression>,
        push: (Captures) -> Void
    ) throws(HostError) -> HostReturn {
        let expression = try frame.object(at: 1, as: type)
        let subject = try frame.string(at: 2)
        var start = try frame.integer(at: 3, default: 1)
        if start < 0 { start = max(subject.count + start + 1, 1) }
        let options = matchOptions(try frame.integer(at: 4, default: 0))
        let outcome = expression.pattern.firstMatch(
            in: subject,
            from: max(start - 1, 0),
            options: options,
            using: expression.workspace
        )
        switch outcome {
        case .noMatch: return .nothing
        case .exhausted: throw .message("the pattern takes too long on this subject")
        case .matched(let captures):
            frame.push(captures.whole.lowerBound + 1)
            frame.push(captures.whole.upperBound)
            push(captures)
            return .results(3)
        }
    }

    private static func pushPlaces(_ frame: borrowing CallFrame, _ captures: Captures) {
        frame.pushTable(elements: 2 * captures.ranges.count)
        for (index, range) in captures.ranges.dropFirst().enumerated() {
            if let range { frame.push(range.lowerBound + 1) } else { frame.push(false) }
            frame.setElement(2 * index + 1)
            if let range { frame.push(range.upperBound) } else { frame.push(false) }
            frame.setElement(2 * index + 2)
        }
    }

    private static func pushTexts(
        _ frame: borrowing CallFrame,
        _ captures: Captures,
        _ expression: Expression,
        _ subject: [UInt8]
    ) {
        frame.pushTable(elements: captures.ranges.count, fields: expression.pattern.groupNames.count)
        for (index, range) in captures.ranges.dropFirst().enumerated() {
            if let range { frame.push(Array(subject[range])) } else { frame.push(false) }
            frame.setElement(index + 1)
        }
        for (name, group) in expression.pattern.groupNames {
            frame.push(name)
            if let range = captures[group] { frame.push(Array(subject[range])) } else { frame.push(false) }
            frame.setEntry()
        }
    }

    /// `gmatch(subject, function, most, flags)`: how many matches there were.
    private static func forEach(
        _ frame: borrowing CallFrame,
        _ type: ObjectType<Expression>
    ) throws(HostError) -> HostReturn {
        let expression = try frame.object(at: 1, as: type)
        let subject = try frame.string(at: 2)
        try frame.requireFunction(at: 3)
        let most = try frame.integer(at: 4, default: 0)
        let options = matchOptions(try frame.integer(at: 5, default: 0))
        var start = 0
        var count = 0
        while start <= subject.count, most <= 0 || count < most {
            let outcome = expression.pattern.firstMatch(
                in: subject,
                from: start,
                options: options,
                using: expression.workspace
            )
            if case .exhausted = outcome { throw .message("the pattern takes too long on this subject") }
            guard case .matched(let captures) = outcome else { break }
            count += 1
            frame.pushCopy(of: 3)
            frame.push(Array(subject[captures.whole]))
            pushTexts(frame, captures, expression, subject)
            guard frame.attempt(arguments: 2, results: 1) else { throw .top }
            let isEnough = frame.isTruthy(at: -1)
            frame.pop()
            if isEnough { break }
            // An empty match would be found again and again at the same place.
            start = max(captures.whole.upperBound, captures.whole.isEmpty ? captures.whole.lowerBound + 1 : 0)
        }
        frame.push(count)
        return .results(1)
    }
}
