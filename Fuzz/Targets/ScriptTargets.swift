// SPDX-License-Identifier: Apache-2.0

import SondeLua

@testable import SondeScript

/// Lua source, and what the modules written in Swift and C are given by scripts.
enum ScriptTargets {
    static let all = [
        FuzzTarget("lua-source", source), FuzzTarget("lua-calls", most: 1024, calls),
    ]

    /// Octets as a script's source: it compiles or it does not, but precompiled code never does.
    private static func source(_ octets: [UInt8]) throws {
        _ = ScriptGeneration(ofScript: octets)
        _ = ScriptGeneration(ofLibrary: octets)
        let state = try LuaState(memoryLimit: 64 << 20)
        defer { state.close() }
        let isLoaded = (try? state.load(octets, name: "=fuzz")) != nil
        try promise(!isLoaded || octets.first != 0x1B, "precompiled code was loaded")
    }

    /// The functions that get octets, by number; arguments follow, each as one octet for its kind and then itself.
    private static let driver = """
        local functions = {}
        local function add(...) for _, f in ipairs {...} do functions[#functions + 1] = f end end
        add(string.pack, string.unpack, string.packsize, string.format, string.byte, string.sub, string.reverse,
          utf8.codepoint, utf8.len, utf8.offset, utf8.codes, tonumber, tostring, math.tointeger, select)
        local names = {}
        for _, library in ipairs {"openssl", "zlib"} do
          for name, f in pairs(_G[library] or {}) do
            if type(f) == "function" and not name:find("prime") and not name:find("rand") then
              names[#names + 1] = library .. "." .. name
            end
          end
        end
        table.sort(names)
        for _, name in ipairs(names) do
          local library, field = name:match("^(%w+)%.(.*)$")
          add(_G[library][field])
        end
        io, os, debug, dofile, loadfile, require, package = nil
        local big = openssl.bignum_hex2bn("123456789ABCDEF0123456789")
        return function(input)
          local place, kept = 1, nil
          local function octet()
            local value = input:byte(place) or 0
            place = place + 1
            return value
          end
          local function argument()
            local kind = octet() % 8
            if kind < 3 then
              local count = octet()
              local text = input:sub(place, place + count - 1)
              place = place + count
              return text
            elseif kind == 3 then return octet()
            elseif kind == 4 then return -octet()
            elseif kind == 5 then return (string.unpack("<i8", (input:sub(place, place + 7) .. ("\\0"):rep(8))))
            elseif kind == 6 then return kept or big
            end
            return octet() % 2 == 0 and 0.5 or nil
          end
          for _ = 1, 8 do
            if place > #input then return end
            local f = functions[octet() % #functions + 1]
            local ok, result = pcall(f, argument(), argument(), argument(), argument())
            if ok then kept = result end
          end
        end
        """

    /// Calls functions of the modules with arguments that the input holds.
    private static func calls(_ octets: [UInt8]) throws {
        let state = try LuaState(memoryLimit: 64 << 20)
        defer { state.close() }
        try NativeModules.installAll(in: state)
        try state.withStack { frame in
            try frame.load(Array(driver.utf8), name: "=driver")
            try frame.call(arguments: 0, results: 1)
            frame.push(octets)
            // Only memory may run out; every other error is caught inside.
            do throws(LuaError) {
                try frame.call(arguments: 1, results: 0)
            } catch {
                try promise(error.kind == .memory, "the driver failed: \(error)")
            }
        }
    }
}
