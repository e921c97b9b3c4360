// SPDX-License-Identifier: Apache-2.0

internal import SondeIO
internal import SondeLua

/// Finding Lua libraries in the data directories (spec `nse-engine`, section 8).
extension ScriptEngine {
    /// `find_library(name)`: the compiled chunk and its path, or nil and why not.
    func findLibrary(_ frame: borrowing CallFrame) throws(HostError) -> HostReturn {
        let name = try frame.text(at: 1)
        let file = libraryFile(name)
        guard case .file(let path) = dataDirectory.locate(file) else {
            frame.pushNil()
            frame.push("NSE failed to find \(file) in search paths.")
            return .results(2)
        }
        let isOld: Bool
        do {
            isOld = try pushLibrary(frame, path, file)
        } catch let error as HostError {
            throw error
        } catch let error as LuaError {
            throw .plain("error loading module '\(name)' from file '\(path)':\n\t\(error.text)")
        } catch {
            throw .plain("error loading module '\(name)': \(error)")
        }
        frame.push(path)
        frame.push(isOld)
        return .results(3)
    }

    /// Pushes the chunk of a library: whether its text is in the Lua of long ago.
    func pushLibrary(_ frame: borrowing CallFrame, _ path: String, _ file: String) throws -> Bool {
        if let chunk = chunks?.chunk(of: path),
            (try? frame.load(compiled: chunk.code, name: "@\(path)")) != nil
        {
            return chunk.isOld
        }
        let identity = FileIdentity(of: path)
        let source = try FileReader.contents(of: path)
        if let problem = lockProblem(file, source) { throw HostError.plain(problem) }
        let isOld = ScriptGeneration(ofLibrary: source) == .lua51
        try frame.load(source, name: "@\(path)")
        chunks?.add(path, identity, isOld: isOld) { frame.compiled() }
        return isOld
    }

    /// Whether the tree has a library of a name.
    func hasLibrary(_ name: String) -> Bool {
        if case .file = dataDirectory.locate("nselib/\(name).lua") { return true }
        return false
    }

    /// Whether the tree is one of Nmap 7.93 or before, whose libraries were written for Lua 5.3 and older.
    ///
    /// Newer ones ask the program for what the data files say (`nmapdb`), and have no `bin` library any more.
    var isClassicTree: Bool {
        if case .file(let path) = dataDirectory.locate("nselib/datafiles.lua"),
            let text = try? FileReader.contents(of: path)
        {
            return !text.holds("nmapdb")
        }
        return hasLibrary("bin")
    }
}
