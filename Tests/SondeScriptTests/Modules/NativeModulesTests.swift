// SPDX-License-Identifier: Apache-2.0

import SondeLua
import Testing

@testable import SondeScript

@Suite struct NativeModulesTests {
    @Test("every module is global and what require gives", arguments: ["openssl", "lfs", "zlib", "lpeg"])
    func modulesAreLoadable(name: String) throws {
        let fixture = try ModuleFixture()
        #expect(try fixture.values("\(name) == require '\(name)', type(\(name)) ") == "true table")
    }

    @Test("a state without the package library gives an error")
    func packageIsMissing() throws {
        let state = try LuaState()
        defer { state.close() }
        state.withStack { frame in
            frame.pushGlobals()
            frame.pushNil()
            frame.setField("package")
        }
        #expect(throws: LuaError.self) { try NativeModules.installAll(in: state) }
    }

    @Test("no function traps, whatever its arguments are")
    func neverTraps() throws {
        let fixture = try ModuleFixture()
        let text = try fixture.run(
            """
            local numbers = {0, 1, 2, 7, 8, 15, 16, 31, 47, -1, -2^31, 2^31, 2^32, 2^40, 2^53, 2^70,
              math.mininteger, math.maxinteger, 0/0, 1/0, -1/0, 0.5}
            local strings = {"", "a", "md5", "aes-128-cbc", "rc4", "\\0", "-", "12", ("k"):rep(16), ("x"):rep(40),
              "*a", "*l", "sync", "finish", "\\255\\254"}
            local big = openssl.bignum_dec2bn("12345678901234567890")
            local others = {print, {}, true, false, coroutine.create(print), io.stderr, big,
              zlib.inflate("x"), zlib.deflate(function() end), {read = function() return "x" end}}
            local seed = 20251
            local function random(n) seed = (seed * 1103515245 + 12345) % 2147483648 return seed // 65536 % n + 1 end
            local function argument()
              local kind = random(10)
              if kind <= 4 then return strings[random(#strings)] end
              if kind <= 7 then return numbers[random(#numbers)] end
              if kind == 8 then return nil end
              return others[random(#others)]
            end
            local functions = {}
            local skipped = {rmdir = true, mkdir = true, link = true}
            for _, module in ipairs {openssl, zlib, lfs} do
              for name, f in pairs(module) do
                if type(f) == "function" and not skipped[name] then functions[#functions + 1] = f end
              end
            end
            for _, object in ipairs {big, others[8]} do
              for name, f in pairs(debug.getmetatable(object).__index) do functions[#functions + 1] = f end
            end
            local good = 0
            for round = 1, 20000 do
              if pcall(functions[random(#functions)], argument(), argument(), argument(), argument(), argument()) then
                good = good + 1
              end
            end
            return good > 100
            """
        )
        #expect(text == "true")
    }
}
