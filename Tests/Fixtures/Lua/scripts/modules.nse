-- SPDX-License-Identifier: Apache-2.0
local check = require "check"
local lfs = require "lfs"
local lpeg = require "lpeg"
local openssl = require "openssl"
local zlib = require "zlib"

categories = {"safe"}

prerule = function() return true end

local is, raises = check.is, check.raises

local function hex(s) return (s:gsub(".", function(c) return ("%02x"):format(c:byte()) end)) end

local function digests()
  is("md4", '"a448017aaf21d8525fc10ae87aa6729d"', hex(openssl.md4("abc")))
  is("md5", '"900150983cd24fb0d6963f7d28e17f72"', hex(openssl.md5("abc")))
  is("sha1", '"a9993e364706816aba3e25717850c26c9cd0d89d"', hex(openssl.sha1("abc")))
  is("ripemd160", '"8eb208f7e05d987a9b044a8e98c6b087f15a0bfc"', hex(openssl.ripemd160("abc")))
  is("digest by several names", "true, true", openssl.digest("SHA256", "x") == openssl.digest("sha256", "x"),
    openssl.digest("md5", "x") == openssl.md5("x"))
  raises("digest by no name", "Unknown digest algorithm: nosuch", openssl.digest, "nosuch", "x")
  is("hmac", '"9d5c73ef85594d34ec4438b7c97e51d8"', hex(openssl.hmac("md5", "key", "data")))
  raises("hmac by no name", "Unknown digest algorithm: nosuch", openssl.hmac, "nosuch", "k", "x")
  local names = {}
  for _, name in ipairs(openssl.supported_digests()) do names[name] = true end
  is("supported digests", "true, true, true, true", names.md4, names.md5, names.sha256, names.ripemd160)
end

local function ciphers()
  is("des-ecb", '"b86d92ebeeec07f0"', hex(openssl.encrypt("des-ecb", "\1\2\3\4\5\6\7\8", nil, "12345678")))
  is("des-ecb, padded", '"ada45839315f5126"', hex(openssl.encrypt("des-ecb", "\1\2\3\4\5\6\7\8", nil, "12345", true)))
  is("rc4", '"5b0055844afb1e323c"', hex(openssl.encrypt("rc4", "key", nil, "Plaintext")))
  is("aes-128-cbc", '"252b2434dba11ac7a767d883b1ff72b4"',
    hex(openssl.encrypt("aes-128-cbc", ("k"):rep(16), ("i"):rep(16), ("d"):rep(16))))
  is("decrypt", '"dddddddddddddddd"', openssl.decrypt("aes-128-cbc", ("k"):rep(16), ("i"):rep(16),
    openssl.encrypt("aes-128-cbc", ("k"):rep(16), ("i"):rep(16), ("d"):rep(16))))
  raises("cipher by no name", "Unknown cipher algorithm: nosuch", openssl.encrypt, "nosuch", "k", nil, "x")
  raises("a vector of another length", "Length of iv is 5; should be 16", openssl.encrypt, "aes-128-cbc",
    ("k"):rep(16), "iiiii", "x")
  raises("a key of another length",
    "OpenSSL error: error:03000082:digital envelope routines::invalid key length", openssl.encrypt, "aes-128-cbc",
    "k", nil, ("d"):rep(16))
  is("DES_string_to_key", '"30988c6642a8d86e"', hex(openssl.DES_string_to_key("1234567")))
  raises("DES_string_to_key of another length", "String must have length of 7 bytes.", openssl.DES_string_to_key, "1")
  is("random", "16, 7", #openssl.rand_bytes(16), #openssl.rand_pseudo_bytes(7))
end

local function bignums()
  local five = openssl.bignum_dec2bn("5")
  is("type", '"userdata", "05"', type(five), tostring(five))
  is("leading digits", '"12", "0", "-5"', openssl.bignum_bn2dec(openssl.bignum_dec2bn("12x")),
    openssl.bignum_bn2dec(openssl.bignum_dec2bn("zz")), openssl.bignum_bn2dec(openssl.bignum_dec2bn("-5")))
  is("hex", '"0AFF", "0", "-05"', openssl.bignum_bn2hex(openssl.bignum_hex2bn("aff")),
    openssl.bignum_bn2hex(openssl.bignum_hex2bn("0")), openssl.bignum_bn2hex(openssl.bignum_dec2bn("-5")))
  is("octets", '"0102", ""', hex(openssl.bignum_bn2bin(openssl.bignum_bin2bn("\0\1\2"))),
    openssl.bignum_bn2bin(openssl.bignum_bin2bn("")))
  is("arithmetic", '"10", "3"', openssl.bignum_add(five, five):todec(),
    openssl.bignum_mod_exp(five, openssl.bignum_dec2bn("3"), openssl.bignum_dec2bn("122")):todec())
  local quotient, remainder = openssl.bignum_div(openssl.bignum_dec2bn("17"), five)
  is("division", '"3", "2"', quotient:todec(), remainder:todec())
  is("bits", "3, 1, true, false", five:num_bits(), five:num_bytes(), five:is_bit_set(0), five:is_bit_set(1))
  five:set_bit(1)
  is("set_bit", '"7"', five:todec())
  five:clear_bit(1)
  is("primes", "true, true, true", five:is_prime(), five:is_safe_prime())
  raises("another type", "bad argument #1 to 'openssl.bignum_bn2dec' (BIGNUM expected, got string)",
    openssl.bignum_bn2dec, "5")
end

local function other_modules()
  is("lfs", '"/", "LuaFileSystem 1.5.0"', lfs.get_path_separator(), lfs._VERSION)
  raises("dir of nothing", "cannot open /no/such/folder: No such file or directory", lfs.dir, "/no/such/folder")
  is("rmdir of nothing", 'nil, "No such file or directory"', lfs.rmdir("/no/such/folder"))
  is("lpeg", "4, true", (lpeg.P "abc"):match("abcd"), type(lpeg.Cf) == "function")
  is("crc32 and adler32", "891568578.0, 38600999.0, 0.0, 1.0", zlib.crc32(0, "abc"), zlib.adler32(1, "abc"),
    zlib.crc32(), zlib.adler32())
  local packed, status = zlib.compress("hello")
  is("compress", "1.0", status)
  is("decompress", '"hello"', zlib.decompress(packed))
  raises("decompress of rubbish", "failed to process zlib stream", zlib.decompress, "rubbish")
  is("inflate", '"hello", nil', zlib.inflate(packed):read("*a", "*l"))
  is("modules are global", "true, true, true, true", _G.lfs == lfs, _G.lpeg == lpeg, _G.openssl == openssl,
    _G.zlib == zlib)
end

local function ssh()
  local libssh2 = require "libssh2"
  for _, name in ipairs {"session_open", "session_close", "hostkey_hash", "set_timeout", "userauth_list",
    "userauth_password", "userauth_publickey", "read_publickey", "publickey_canauth", "open_channel", "channel_exec",
    "channel_read", "channel_read_stderr", "channel_write", "channel_send_eof", "channel_eof", "channel_close"} do
    is(name, '"function"', type(libssh2[name]))
  end
  raises("another type", "bad argument #1 to 'libssh2.hostkey_hash' (ssh2 expected, got table)", libssh2.hostkey_hash,
    {})
  is("a refused port", "false", (pcall(libssh2.session_open, "127.0.0.1", 1)))
end

action = function()
  digests()
  ciphers()
  bignums()
  other_modules()
  ssh()
  return check.report()
end
