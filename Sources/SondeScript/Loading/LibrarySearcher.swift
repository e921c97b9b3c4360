// SPDX-License-Identifier: Apache-2.0

internal import SondeIO
internal import SondeLua

/// Finding Lua libraries in the data directories (spec `nse-engine`, section 8).
extension ScriptEngine {
    /// `find_library(name)`: the compiled chunk and its path, or nil and why not.
    func findLibrary(_ frame: borrowing CallFrame) throws(HostError) -> HostReturn {
        let name = try frame.text(at: 1)
        let file =
            "nselib/" + name.split(separator: ".", omittingEmptySubsequences: false).joined(separator: "/")
        guard case .file(let path) = dataDirectory.locate(file + ".lua") else {
            frame.pushNil()
            frame.push("\n\tNSE failed to find \(file).lua in search paths.")
            return .results(2)
        }
        do {
            let source = try FileReader.contents(of: path)
            try frame.load(source, name: "@\(path)")
        } catch let error as LuaError {
            throw .plain("error loading module '\(name)' from file '\(path)':\n\t\(error.text)")
        } catch {
            throw .plain("error loading module '\(name)': \(error)")
        }
        frame.push(path)
        return .results(2)
    }
}
