// SPDX-License-Identifier: Apache-2.0

internal import SondeIO
internal import SondeLua

/// Makes functions of scripts' texts, or of what an earlier run made of them.
extension ScriptEngine {
    /// What gives runs of a script's top level, and the language it was written for.
    typealias CompiledScript = (generator: LuaReference, generation: ScriptGeneration)

    /// Where compiled scripts are kept; nothing where a lock file is in force, which judges texts.
    var chunks: ChunkCache? { settings.lock == nil ? settings.chunks : nil }

    /// Gives the function that runs a script's top level in an environment of its own.
    func compiled(_ path: String, _ text: ScriptText) throws(ScriptLoadError) -> CompiledScript {
        if let octets = text.octets {
            return (try compile(octets, path), ScriptGeneration(ofScript: octets))
        }
        if let chunk = chunks?.chunk(of: path),
            let generator = generator(ofCompiled: chunk.code, path)
        {
            return (generator, chunk.isOld ? .lua51 : .present)
        }
        let identity = FileIdentity(of: path)
        let source: [UInt8]
        do {
            source = try FileReader.contents(of: path)
        } catch {
            throw ScriptLoadError(path: path, reason: error.description, detail: "")
        }
        if let problem = lockProblem(ScriptLock.name(ofScript: path), source) {
            throw ScriptLoadError(path: path, reason: problem, detail: "")
        }
        let generation = ScriptGeneration(ofScript: source)
        let generator = try compile(source, path) { frame in
            chunks?.add(path, identity, isOld: generation == .lua51) { frame.compiled() }
        }
        return (generator, generation)
    }

    /// Compiles a script into a function that runs its top level in an environment of its own.
    ///
    /// The script's text becomes the body of a function whose parameter is `_ENV`: compiled once, every thread
    /// then gets closures of its own for nothing. Lines keep their numbers.
    ///
    /// - Parameters:
    ///   - source: the text.
    ///   - path: its name in messages.
    ///   - keep: sees the compiled chunk on top of the stack.
    /// - Returns: the function.
    /// - Throws: ``ScriptLoadError``.
    private func compile(
        _ source: [UInt8],
        _ path: String,
        keep: (borrowing CallFrame) -> Void = { _ in }
    ) throws(ScriptLoadError) -> LuaReference {
        var body = source[...]
        if body.first == UInt8(ascii: "#") {
            // A first line for the shell, as Lua itself skips it.
            body = body.drop { $0 != UInt8(ascii: "\n") }
        }
        let wrapped = Array("return function(_ENV, ...) ".utf8) + body + Array("\nend".utf8)
        do throws(LuaError) {
            return try lua.withStack { (frame) throws(LuaError) in
                try frame.load(wrapped, name: "@\(path)")
                keep(frame)
                // A text that ends the function early must not get at what all scripts share.
                frame.takeGlobals()
                return try generator(on: frame)
            }
        } catch {
            // The script by itself gives the message that its author expects.
            var reason = error.text
            do throws(LuaError) { _ = try lua.load(Array(body), name: "@\(path)") } catch {
                reason = error.text
            }
            throw ScriptLoadError(path: path, reason: reason, detail: "")
        }
    }

    /// The same of a chunk that was kept; nothing if it is of no use.
    private func generator(ofCompiled code: [UInt8], _ path: String) -> LuaReference? {
        lua.withStack { frame in
            do throws(LuaError) {
                try frame.load(compiled: code, name: "@\(path)")
                frame.takeGlobals()
                return try generator(on: frame)
            } catch {
                return nil
            }
        }
    }

    /// Calls the chunk on top, which gives the function.
    private func generator(on frame: borrowing CallFrame) throws(LuaError) -> LuaReference {
        try frame.call(arguments: 0, results: 1)
        guard let generator = LuaReference(popping: frame) else {
            throw LuaError(kind: .memory, message: [])
        }
        return generator
    }
}
