// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import SondeScript

@Suite struct ScriptGenerationTests {
    @Test(
        "signs of Lua 5.1 in scripts",
        arguments: [
            "require \"nmap\"\n", "require('nmap')", "  require 'stdnse'", "runlevel = 2", "runlevel=0.5",
            "local n = table.getn(t)", "x = math.mod (1, 2)", "setfenv(1, {})", "module(..., package.seeall)",
            "id = 'x'\nmodule('name', package.seeall)",
        ]
    )
    func old(text: String) {
        #expect(ScriptGeneration(ofScript: Array(text.utf8)) == .lua51)
    }

    @Test(
        "what is no sign",
        arguments: [
            "local nmap = require \"nmap\"\n", "-- require \"nmap\"", "--[[ \nrequire 'x'\n]] local a = 1",
            "description = [[\nrequire 'this'\nrunlevel = 2]]", "runlevels = 2", "runlevel = nil",
            "local unpack = table.unpack", "mine.getfenv(1)", "resetfenv(1)", "requirement('x')", "",
            "local s = stdnse.module(\"x\")", "x = \"--[[\" -- setfenv(1)",
        ]
    )
    func present(text: String) {
        #expect(ScriptGeneration(ofScript: Array(text.utf8)) == .present)
    }

    @Test("old libraries are modules of their own name")
    func libraries() {
        #expect(ScriptGeneration(ofLibrary: Array("module(... or \"comm\", package.seeall)".utf8)) == .lua51)
        #expect(ScriptGeneration(ofLibrary: Array("module 'comm'".utf8)) == .lua51)
        #expect(
            ScriptGeneration(ofLibrary: Array("_ENV = stdnse.module(\"comm\", stdnse.seeall)".utf8))
                == .present
        )
        #expect(ScriptGeneration(ofLibrary: Array("--module(\"comm\")\nrequire 'x'".utf8)) == .present)
        #expect(ScriptGeneration(ofLibrary: Array("module(".utf8)) == .present)
    }
}
