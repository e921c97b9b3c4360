// SPDX-License-Identifier: Apache-2.0

import SondeLua

@testable import SondeScript

/// A state with all native modules, in which tests run small chunks.
final class ModuleFixture {
    let state: LuaState
    let modules: NativeModules

    init() throws {
        state = try LuaState()
        modules = try NativeModules.installAll(in: state)
        _ = try run(
            """
            function hex(s) return (s:gsub(".", function(c) return ("%02x"):format(c:byte()) end)) end
            function octets(h) return (h:gsub("..", function(c) return string.char(tonumber(c, 16)) end)) end
            function list(...)
              local t = table.pack(...)
              for i = 1, t.n do t[i] = tostring(t[i]) end
              return table.concat(t, " ")
            end
            """
        )
    }

    deinit { state.close() }

    /// Runs a chunk and describes its first result.
    func run(_ source: String) throws -> String {
        try state.withStack { frame in
            try frame.load(Array(source.utf8), name: "=test")
            try frame.call(arguments: 0, results: 1)
            return String(decoding: try frame.describe(at: -1), as: UTF8.self)
        }
    }

    /// Evaluates an expression list and describes all its values.
    func values(_ expressions: String) throws -> String { try run("return list(\(expressions))") }

    /// The error that a call raises, as a Lua function that makes the call sees it.
    func error(_ call: String) throws -> String {
        try run(
            "local ok, e = pcall(function() local x = \(call) return x end) return ok and 'no error' or e"
        )
    }
}
