// SPDX-License-Identifier: Apache-2.0

import SondeLua
import Testing

@testable import SondeScript

@Suite struct BignumModuleTests {
    @Test(
        "leading digits are read and the rest is ignored",
        arguments: [
            ("dec2bn('12x')", "0C"), ("hex2bn('12x')", "12"), ("dec2bn('zz')", "0"), ("hex2bn('zz')", "0"),
            ("dec2bn('-5')", "-05"), ("dec2bn('--5')", "0"), ("dec2bn('')", "0"), ("dec2bn('-')", "0"),
            ("dec2bn('+5')", "0"), ("dec2bn(' 5')", "0"), ("hex2bn('0x10')", "0"),
            ("dec2bn('12\\0003')", "0C"),
            ("dec2bn(('9'):rep(30))", "0C9F2C9CD04674EDEA3FFFFFFF"), ("dec2bn(12)", "0C"),
            ("bin2bn('12')", "3132"), ("bin2bn('')", "0"), ("bin2bn('\\0\\1')", "01"),
            ("hex2bn('aFf')", "0AFF"),
        ]
    )
    func reading(call: String, expected: String) throws {
        #expect(try ModuleFixture().values("openssl.bignum_\(call)") == expected)
    }

    @Test(
        "arithmetic gives the reference's results",
        arguments: [
            ("bignum_add(d'255', d'255')", "01FE"),
            ("bignum_div(d'7', d'2')", "03 01"),
            ("bignum_div(d'-7', d'2')", "-03 -01"),
            ("bignum_div(d'7', d'-2')", "-03 01"),
            ("bignum_div(d'7', d'0')", "0 0"),
            ("bignum_mod_exp(d'7', d'3', d'10')", "03"),
            ("bignum_mod_exp(d'7', d'3', d'0')", "0"),
            ("bignum_mod_exp(d'7', d'3', d'1')", "0"),
            ("bignum_mod_exp(d'7', d'-3', d'11')", "02"),
            ("bignum_mod_exp(d'-7', d'3', d'11')", "09"),
            ("bignum_mod_exp(d'7', d'3', d'-11')", "02"),
            ("bignum_mod_exp(d'7', d'3', d'12')", "07"),
        ]
    )
    func arithmetic(call: String, expected: String) throws {
        let fixture = try ModuleFixture()
        #expect(try fixture.run("d = openssl.bignum_dec2bn return list(openssl.\(call))") == expected)
    }

    @Test("numbers are written in every form")
    func writing() throws {
        let fixture = try ModuleFixture()
        _ = try fixture.run("d, o = openssl.bignum_dec2bn, openssl")
        #expect(try fixture.values("o.bignum_bn2dec(d'-5'), d'0':todec(), d'007':todec()") == "-5 0 7")
        #expect(try fixture.values("o.bignum_bn2hex(d'2815'), d'0':tohex(), d'-5':tohex()") == "0AFF 0 -05")
        #expect(try fixture.values("hex(d'256':tobin()), hex(d'-5':tobin()), #d'0':tobin()") == "0100 05 0")
        #expect(
            try fixture.values("hex(d'5':tompi()), hex(o.bignum_bn2mpi(d'-128')), hex(d'0':tompi())")
                == "0000000105 000000028080 00000000"
        )
        #expect(try fixture.values("d'256':num_bits(), d'256':num_bytes(), d'0':num_bits()") == "9 2 0")
        #expect(try fixture.values("math.type(o.bignum_num_bytes(d'256'))") == "integer")
    }

    @Test("bits are set, cleared and asked for in place")
    func bits() throws {
        let text = try ModuleFixture().run(
            """
            local b = openssl.bignum_dec2bn("255")
            local results = {select("#", b:set_bit(10)), select("#", openssl.bignum_clear_bit(b, 0))}
            b:set_bit(-1) openssl.bignum_clear_bit(b, -1) openssl.bignum_clear_bit(b, 1000)
            openssl.bignum_clear_bit(b, 2^53)
            return list(b, results[1], results[2], b:is_bit_set(1), b:is_bit_set(0), b:is_bit_set(-1), b:is_bit_set(2^40))
            """
        )
        #expect(text == "04FE 0 0 true false false false")
    }

    @Test("primes and safe primes are told from others")
    func primes() throws {
        let text = try ModuleFixture().run(
            """
            local primes, safe = {}, {}
            for i = -7, 50 do
              local b = openssl.bignum_dec2bn(tostring(i))
              local isSafe, isPrime = b:is_safe_prime()
              assert(isPrime == b:is_prime())
              if isPrime then primes[#primes + 1] = i end
              if isSafe then safe[#safe + 1] = i end
            end
            return table.concat(primes, " ") .. "; " .. table.concat(safe, " ")
            """
        )
        #expect(text == "2 3 5 7 11 13 17 19 23 29 31 37 41 43 47; 5 7 11 23 47")
    }

    @Test("random numbers have at most as many bits as asked for")
    func random() throws {
        let text = try ModuleFixture().run(
            """
            for i = 1, 200 do
              assert(openssl.bignum_rand(9):num_bits() <= 9)
              assert(openssl.bignum_pseudo_rand(64):num_bits() <= 64)
            end
            return list(openssl.bignum_rand(0), openssl.bignum_rand(-1), openssl.bignum_rand(512):num_bits() > 400)
            """
        )
        #expect(text == "0 0 true")
    }

    @Test(
        "errors have the reference's texts",
        arguments: [
            (
                "openssl.bignum_dec2bn",
                "bad argument #1 to 'openssl.bignum_dec2bn' (string expected, got no value)"
            ),
            (
                "openssl.bignum_dec2bn, {}",
                "bad argument #1 to 'openssl.bignum_dec2bn' (string expected, got table)"
            ),
            (
                "openssl.bignum_bn2dec, '12'",
                "bad argument #1 to 'openssl.bignum_bn2dec' (BIGNUM expected, got string)"
            ),
            (
                "openssl.bignum_bn2dec",
                "bad argument #1 to 'openssl.bignum_bn2dec' (BIGNUM expected, got no value)"
            ),
            ("b.todec, 'x'", "bad argument #1 to 'openssl.bignum_bn2dec' (BIGNUM expected, got string)"),
            (
                "openssl.bignum_add, b, '12'",
                "bad argument #2 to 'openssl.bignum_add' (BIGNUM expected, got string)"
            ),
            (
                "openssl.bignum_set_bit, b",
                "bad argument #2 to 'openssl.bignum_set_bit' (number expected, got no value)"
            ),
            (
                "openssl.bignum_rand, 1.5",
                "bad argument #1 to 'openssl.bignum_rand' (number has no integer representation)"
            ),
            (
                "openssl.bignum_set_bit, b, 2^40",
                "bad argument #2 to 'openssl.bignum_set_bit' (bit number out of range)"
            ),
            ("openssl.bignum_rand, 2^40", "number is too large"),
            ("openssl.bignum_hex2bn, ('f'):rep(2^21)", "number is too large"),
            (
                "openssl.bignum_is_prime, big",
                "bad argument #1 to 'openssl.bignum_is_prime' (number is too large)"
            ),
        ]
    )
    func errors(call: String, expected: String) throws {
        let fixture = try ModuleFixture()
        _ = try fixture.run("b = openssl.bignum_dec2bn '5' big = openssl.bignum_rand(2^20) big:set_bit(2^20)")
        #expect(try fixture.values("pcall(\(call))") == "false \(expected)")
    }

    @Test("numbers have no operators, and errors about them name their type")
    func noOperators() throws {
        let fixture = try ModuleFixture()
        _ = try fixture.run("b = openssl.bignum_dec2bn '5'")
        #expect(
            try fixture.error("b + b").hasSuffix(
                "attempt to perform arithmetic on a BIGNUM value (global 'b')"
            )
        )
        #expect(try fixture.values("b == openssl.bignum_dec2bn '5', b.foo") == "false nil")
    }

    @Test("other parts can hand numbers to scripts")
    func pushing() throws {
        let fixture = try ModuleFixture()
        fixture.state.withStack { frame in
            frame.pushGlobals()
            fixture.modules.bignums.push(bigEndian: [0x01, 0x00, 0x01], on: frame)
            frame.setField("exponent")
        }
        #expect(
            try fixture.values("exponent:todec(), openssl.bignum_add(exponent, exponent)") == "65537 020002"
        )
    }
}
