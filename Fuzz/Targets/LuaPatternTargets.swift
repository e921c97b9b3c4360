// SPDX-License-Identifier: Apache-2.0

import SondeLua

/// Lua's patterns, which are matched by C code of ours.
enum LuaPatternTargets {
    static let all = [FuzzTarget("lua-pattern", most: 256, pattern)]

    /// Says what promise was broken; nothing if none was.
    private static let program = """
        local subject, pattern, replacement, start = ...
        local isGood, from, to = pcall(string.find, subject, pattern, start)
        if isGood and from then
          if from < 1 or to > #subject or from > to + 1 then return "a match lies outside of its subject" end
          local isPlain = not pattern:find("(", 1, true)
          if isPlain and string.match(subject, pattern, start) ~= subject:sub(from, to) then
            return "find and match differ"
          end
        end
        local pieces = 0
        local isWhole = pcall(function() for _ in string.gmatch(subject, pattern) do pieces = pieces + 1 end end)
        local isDone, same, count = pcall(string.gsub, subject, pattern, "%0")
        if isDone and same ~= subject then return "what is replaced by itself changes" end
        if isWhole and isDone and pattern:sub(1, 1) ~= "^" and count ~= pieces then
          return "gmatch and gsub count differently"
        end
        pcall(string.gsub, subject, pattern, replacement)
        pcall(string.gsub, subject, pattern, { a = "b" })
        pcall(string.gsub, subject, pattern, function(found) return found end, 3)
        pcall(string.find, subject, pattern, start, true)
        """

    private static func pattern(_ octets: [UInt8]) throws {
        var input = FuzzInput(octets)
        let start = Int(Int8(bitPattern: input.octet()))
        let (pattern, replacement, subject) = (input.part(), input.part(), input.remainder())
        let state = try LuaState(memoryLimit: 64 << 20)
        defer { state.close() }
        var looks = 0
        state.onTick = {
            looks += 1
            return looks > 3 ? .stop("stopped") : .goOn
        }
        guard state.watchSteps(longerThan: 10) else { return }
        let coroutine = try state.withStack { (frame) throws(LuaError) in
            try frame.load(Array(program.utf8), name: "=patterns")
            return Coroutine(popping: frame)
        }
        guard let coroutine else { return }
        coroutine.withFrame { frame in
            for text in [subject, pattern, replacement] { frame.push(text) }
            frame.push(start)
        }
        state.chargeStep(.none, deadline: .max)
        let outcome = coroutine.resume(arguments: 4)
        state.chargeNobody()
        guard case .finished(1) = outcome else { return }
        let broken = coroutine.withFrame { $0.octets(at: -1) } ?? []
        throw FuzzFinding(description: String(decoding: broken, as: UTF8.self))
    }
}
