// SPDX-License-Identifier: Apache-2.0

import Testing

@Suite struct LPegModuleTests {
    @Test("all functions that scripts use exist, the deprecated fold among them")
    func functions() throws {
        let text = try ModuleFixture().run(
            """
            local missing = {}
            for name in ("P R S V C Cb Cc Cf Cg Cmt Cp Cs Ct Carg B locale match type version setmaxstack"):gmatch "%a+" do
              if not lpeg[name] then missing[#missing + 1] = name end
            end
            return table.concat(missing, " ")
            """
        )
        #expect(text == "")
    }

    @Test("a grammar matches, folds, and calls Lua and host functions back")
    func matching() throws {
        let fixture = try ModuleFixture()
        let sum = try fixture.run(
            """
            local number = lpeg.R "09" ^ 1 / tonumber
            local sum = lpeg.Cf(number * ("+" * number) ^ 0, function(a, b) return a + b end)
            return sum:match "1+20+300"
            """
        )
        #expect(sum == "321")
        #expect(
            try fixture.values("hex(lpeg.match(lpeg.C(lpeg.P(1) ^ 0) / openssl.md5, 'abc'))").hasPrefix(
                "900150"
            )
        )
        #expect(
            try fixture.values("pcall(lpeg.match, lpeg.P(1) / openssl.DES_string_to_key, 'abc')")
                == "false String must have length of 7 bytes."
        )
        #expect(try fixture.run("local t = lpeg.locale({}) return lpeg.match(t.digit ^ 1, '12a')") == "3")
    }
}
