// SPDX-License-Identifier: Apache-2.0

import Testing

@Suite struct OpenSSLModuleTests {
    @Test(
        "digests have their published values",
        arguments: [
            ("md4('abc')", "a448017aaf21d8525fc10ae87aa6729d"),
            ("md5('abc')", "900150983cd24fb0d6963f7d28e17f72"),
            ("md5('')", "d41d8cd98f00b204e9800998ecf8427e"),
            ("sha1('abc')", "a9993e364706816aba3e25717850c26c9cd0d89d"),
            ("ripemd160('abc')", "8eb208f7e05d987a9b044a8e98c6b087f15a0bfc"),
            ("digest('SHA256', 'abc')", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
            ("digest('sha-256', 'abc')", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
            (
                "digest('RSA-SHA256', 'abc')",
                "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
            ),
            ("hmac('md5', 'key', 'data')", "9d5c73ef85594d34ec4438b7c97e51d8"),
            ("hmac('md5', '', '')", "74e6f7298a9c2d168935f58c001bad88"),
            ("md5(5)", "e4da3b7fbbce2345d7772b0674a318d5"),
        ]
    )
    func digests(call: String, expected: String) throws {
        #expect(try ModuleFixture().values("hex(openssl.\(call))") == expected)
    }

    @Test(
        "ciphers have the reference's values",
        arguments: [
            ("'des-ecb', octets '0102030405060708', nil, '12345678'", "b86d92ebeeec07f0"),
            ("'DES-ECB', octets '0102030405060708', '', '12345', true", "ada45839315f5126"),
            ("'rc4', 'key', nil, 'Plaintext'", "5b0055844afb1e323c"),
            (
                "'aes-128-cbc', ('k'):rep(16), ('i'):rep(16), ('d'):rep(16)",
                "252b2434dba11ac7a767d883b1ff72b4"
            ),
            ("'aes-128-cbc', ('k'):rep(16), nil, ('d'):rep(16)", "5a54ef77f49f285e48e2f538863ec430"),
            ("'aes-128-ecb', ('k'):rep(16), nil, ''", ""),
        ]
    )
    func ciphers(arguments: String, expected: String) throws {
        #expect(try ModuleFixture().values("hex(openssl.encrypt(\(arguments)))") == expected)
    }

    @Test(
        "decryption undoes encryption",
        arguments: [
            ("des-cbc", 8, 8), ("des-ede3-cbc", 24, 8), ("aes-256-cbc", 32, 16), ("rc4", 5, 0),
            ("rc4", 100, 0),
            ("rc2-cbc", 5, 8), ("bf-cbc", 16, 8), ("bf-ecb", 56, 0), ("cast5-cbc", 16, 8),
            ("aes-128-ctr", 16, 16),
        ]
    )
    func roundTrip(name: String, keyLength: Int, vectorLength: Int) throws {
        let text = try ModuleFixture().run(
            """
            local key, iv = ("k"):rep(\(keyLength)), ("i"):rep(\(vectorLength))
            local secret = openssl.encrypt("\(name)", key, iv, "the plain text", true)
            return secret ~= "the plain text" and openssl.decrypt("\(name)", key, iv, secret, true)
            """
        )
        #expect(text == "the plain text")
    }

    @Test("a vector that starts with a zero octet counts, unlike in Nmap 7.93")
    func zeroLedVector() throws {
        let fixture = try ModuleFixture()
        let values = try fixture.values(
            "hex(openssl.encrypt('aes-128-cbc', ('k'):rep(16), '\\0' .. ('i'):rep(15), ('d'):rep(16)))"
        )
        #expect(values != "5a54ef77f49f285e48e2f538863ec430")
        let error = try fixture.error("openssl.encrypt('aes-128-cbc', ('k'):rep(16), '\\0abc', '')")
        #expect(error == "test:1: Length of iv is 4; should be 16")
    }

    @Test(
        "errors have the reference's texts and the caller's place",
        arguments: [
            ("digest('nope', 'x')", "Unknown digest algorithm: nope"),
            ("hmac('null', 'x', 'y')", "Unknown digest algorithm: null"),
            ("digest('md5')", "bad argument #2 to 'digest' (string expected, got no value)"),
            ("digest({})", "bad argument #1 to 'digest' (string expected, got table)"),
            ("hmac('md5', 'x')", "bad argument #3 to 'hmac' (string expected, got no value)"),
            ("md5()", "bad argument #2 to 'md5' (string expected, got no value)"),
            ("md5({})", "bad argument #2 to 'md5' (string expected, got table)"),
            ("encrypt('nope', 'k', '', 'd')", "Unknown cipher algorithm: nope"),
            (
                "encrypt('aes-128-cbc', 'k', 'short', 'd')",
                "OpenSSL error: error:03000082:digital envelope routines::invalid key length"
            ),
            (
                "encrypt('rc4', '', nil, 'd')",
                "OpenSSL error: error:03000082:digital envelope routines::invalid key length"
            ),
            ("encrypt('aes-128-cbc', ('k'):rep(16), 'short', 'd')", "Length of iv is 5; should be 16"),
            ("encrypt('aes-128-ecb', ('k'):rep(16), ('i'):rep(16), '')", "Length of iv is 16; should be 0"),
            (
                "encrypt('aes-128-ecb', ('k'):rep(16), nil, 'd')",
                "OpenSSL error: error:1C80006B:Provider routines::wrong final block length"
            ),
            (
                "decrypt('aes-128-ecb', ('k'):rep(16), nil, ('d'):rep(16), true)",
                "OpenSSL error: error:1C800064:Provider routines::bad decrypt"
            ),
            ("encrypt('rc4', 'k', {}, '')", "bad argument #3 to 'encrypt' (string expected, got table)"),
            ("encrypt('rc4', 'k', nil)", "bad argument #4 to 'encrypt' (string expected, got no value)"),
            ("DES_string_to_key('123456')", "String must have length of 7 bytes."),
            ("rand_bytes(-1)", "Couldn't allocate memory."),
            ("rand_bytes(2^40)", "Couldn't allocate memory."),
            ("rand_bytes(0/0)", "bad argument #1 to 'rand_bytes' (number has no integer representation)"),
        ]
    )
    func errors(call: String, expected: String) throws {
        #expect(try ModuleFixture().error("openssl.\(call)") == "test:1: \(expected)")
    }

    @Test("a call straight from pcall has no place, and the function's full name")
    func errorsWithoutPlace() throws {
        let fixture = try ModuleFixture()
        #expect(
            try fixture.values("pcall(openssl.digest, 'nope', '')") == "false Unknown digest algorithm: nope"
        )
        #expect(
            try fixture.values("pcall(openssl.digest)")
                == "false bad argument #1 to 'openssl.digest' (string expected, got no value)"
        )
    }

    @Test(
        "56 bits are spread over eight octets without parity",
        arguments: [
            ("'1234567'", "30988c6642a8d86e"),
            ("('\\255'):rep(7)", "fefefefefefefefe"),
            ("'\\0' .. ('\\255'):rep(6)", "007efefefefefefe"),
        ]
    )
    func desKey(argument: String, expected: String) throws {
        #expect(try ModuleFixture().values("hex(openssl.DES_string_to_key(\(argument)))") == expected)
    }

    @Test("random octets are as many as asked for, and differ")
    func randomOctets() throws {
        let fixture = try ModuleFixture()
        #expect(
            try fixture.values(
                "#openssl.rand_bytes(0), #openssl.rand_bytes(20), #openssl.rand_pseudo_bytes('7')"
            )
                == "0 20 7"
        )
        #expect(try fixture.values("openssl.rand_bytes(16) == openssl.rand_bytes(16)") == "false")
    }

    @Test("the lists are sorted and every name in them works")
    func lists() throws {
        let text = try ModuleFixture().run(
            """
            local digests, ciphers = openssl.supported_digests(), openssl.supported_ciphers()
            for _, list in ipairs {digests, ciphers} do
              for i = 2, #list do assert(list[i - 1] < list[i], list[i]) end
            end
            local seen = {}
            for _, name in ipairs(digests) do seen[name] = #openssl.digest(name, "x") end
            for _, name in ipairs(ciphers) do
              for length = 0, 64, 4 do
                for _, data in ipairs {"", "x", ("x"):rep(8), ("x"):rep(48)} do
                  pcall(openssl.encrypt, name, ("k"):rep(length), nil, data, true)
                  pcall(openssl.decrypt, name, ("k"):rep(length), nil, data)
                  pcall(openssl.encrypt, name, ("k"):rep(length), ("i"):rep(16), data)
                  pcall(openssl.encrypt, name, ("k"):rep(length), ("i"):rep(12), data)
                  pcall(openssl.encrypt, name, ("k"):rep(length), ("i"):rep(8), data)
                end
              end
            end
            return list(#digests > 40, #ciphers > 100, seen.md4, seen.sha256, seen["RSA-SHA256"], seen.whirlpool)
            """
        )
        #expect(text == "true true 16 32 32 64")
    }
}
