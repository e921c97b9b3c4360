-- SPDX-License-Identifier: Apache-2.0
--
-- What `modules` leaves: every other function of the native modules, and their errors.

local check = require "check"
local io = require "io"
local lfs = require "lfs"
local lpeg = require "lpeg"
local openssl = require "openssl"
local os = require "os"
local zlib = require "zlib"

categories = {"safe"}

prerule = function() return true end

local is, raises = check.is, check.raises

local function hex(s) return (s:gsub(".", function(c) return ("%02x"):format(c:byte()) end)) end

local function has(names, ...)
  local set = {}
  for _, name in ipairs(names) do set[name] = true end
  for _, name in ipairs {...} do
    if not set[name] then return name .. " is missing" end
  end
  for i = 2, #names do
    if names[i - 1] > names[i] then return names[i] .. " is out of order" end
  end
  return "all"
end

local function keys(t)
  local names = {}
  for name in pairs(t) do names[#names + 1] = name end
  table.sort(names)
  return table.concat(names, " ")
end

local function ciphers()
  is("supported_ciphers", '"all"', has(openssl.supported_ciphers(), "aes-128-cbc", "des-ecb", "des-ede3-cbc", "rc4",
    "rc2-cbc", "bf-cbc", "cast5-cbc"))
  is("supported_digests", '"all"', has(openssl.supported_digests(), "RSA-SHA256", "blake2b512", "md4", "md5",
    "md5-sha1", "ripemd160", "rmd160", "sha1", "sha224", "sha256", "sha384", "sha512", "sha512-224", "sha512-256",
    "shake128", "shake256", "sm3", "ssl3-md5", "whirlpool"))
  local key = ("k"):rep(8)
  is("a name in capitals, and a short one", "true", openssl.encrypt("DES", key, nil, "12345678") ==
    openssl.encrypt("des-cbc", key, nil, "12345678"))
  is("without a vector", '"5a54ef77"', hex(openssl.encrypt("aes-128-cbc", ("k"):rep(16), "", ("d"):rep(16))):sub(1, 8))
  is("an empty vector is none", "true", openssl.encrypt("aes-128-cbc", ("k"):rep(16), "", ("d"):rep(16)) ==
    openssl.encrypt("aes-128-cbc", ("k"):rep(16), nil, ("d"):rep(16)))
  raises("a partial block", "OpenSSL error: error:1C80006B:Provider routines::wrong final block length",
    openssl.encrypt, "aes-128-cbc", ("k"):rep(16), nil, "short")
  raises("a bad padding", "OpenSSL error: error:1C800064:Provider routines::bad decrypt",
    openssl.decrypt, "aes-128-cbc", ("k"):rep(16), nil, ("d"):rep(16), true)
  is("padding", '"short"', openssl.decrypt("aes-128-cbc", ("k"):rep(16), nil,
    openssl.encrypt("aes-128-cbc", ("k"):rep(16), nil, "short", true), true))
  is("keys of other lengths", "8, 8, 8", #openssl.encrypt("bf-ecb", "0123456789", nil, "12345678"),
    #openssl.encrypt("rc2-ecb", "01234567", nil, "12345678"), #openssl.encrypt("rc4", "0", nil, "12345678"))
  -- The digests of one name are `digest` with the name put before the text.
  for _, name in ipairs {"md4", "md5", "sha1", "ripemd160"} do
    raises(name .. "()", ("bad argument #2 to 'openssl.%s' (string expected, got no value)"):format(name),
      openssl[name])
  end
  raises("rand_bytes()", "bad argument #1 to 'openssl.rand_bytes' (number expected, got no value)",
    openssl.rand_bytes)
  raises("rand_pseudo_bytes()", "bad argument #1 to 'openssl.rand_pseudo_bytes' (number expected, got no value)",
    openssl.rand_pseudo_bytes)
  raises("DES_string_to_key()", "bad argument #1 to 'openssl.DES_string_to_key' (string expected, got no value)",
    openssl.DES_string_to_key)
  raises("digest of nothing", "bad argument #2 to 'openssl.digest' (string expected, got no value)", openssl.digest,
    "md5")
  raises("hmac of nothing", "bad argument #3 to 'openssl.hmac' (string expected, got no value)", openssl.hmac, "md5",
    "k")
  raises("encrypt of nothing", "bad argument #4 to 'openssl.encrypt' (string expected, got no value)",
    openssl.encrypt, "rc4", "k", nil)
  raises("decrypt by no name", "Unknown cipher algorithm: nosuch", openssl.decrypt, "nosuch", "k", nil, "x")
end

local function bignums()
  local dec = openssl.bignum_dec2bn
  is("random ones", "true, true", openssl.bignum_rand(64):num_bits() <= 64, openssl.bignum_pseudo_rand(8):num_bytes() <= 1)
  is("nothing has no bits", "0, 0", openssl.bignum_num_bits(dec("0")), openssl.bignum_num_bytes(dec("0")))
  is("functions and methods are the same", '9, 2, "511", "01FF", "01ff"', openssl.bignum_num_bits(dec("511")),
    openssl.bignum_num_bytes(dec("511")), openssl.bignum_bn2dec(dec("511")), dec("511"):tohex(),
    hex(dec("511"):tobin()))
  local b = dec("4")
  is("bits are changed in place", "0, 0", select("#", openssl.bignum_set_bit(b, 0)),
    select("#", openssl.bignum_clear_bit(b, 2)))
  is("bits", '"1", true, false', b:todec(), openssl.bignum_is_bit_set(b, 0), openssl.bignum_is_bit_set(b, 2))
  is("primes", "true, false, false, true", openssl.bignum_is_prime(dec("13")), openssl.bignum_is_prime(dec("15")),
    openssl.bignum_is_safe_prime(dec("13")))
  is("the sign is lost in octets", '"05"', hex(openssl.bignum_bn2bin(dec("-5"))))
  for _, name in ipairs {"bignum_bin2bn", "bignum_dec2bn", "bignum_hex2bn"} do
    raises(name .. "()", ("bad argument #1 to 'openssl.%s' (string expected, got no value)"):format(name),
      openssl[name])
  end
  for _, name in ipairs {"bignum_bn2bin", "bignum_bn2dec", "bignum_bn2hex", "bignum_add", "bignum_mod_exp",
    "bignum_div", "bignum_num_bits", "bignum_num_bytes", "bignum_set_bit", "bignum_clear_bit", "bignum_is_bit_set",
    "bignum_is_prime", "bignum_is_safe_prime"} do
    raises(name .. " of a text", ("bad argument #1 to 'openssl.%s' (BIGNUM expected, got string)"):format(name),
      openssl[name], "5")
  end
  raises("division by nothing fails in silence", "(no error)", openssl.bignum_div, dec("5"), dec("0"))
  raises("no operators", "attempt to perform arithmetic on a BIGNUM value (upvalue 'b')", function() return b + b end)
end

local function files()
  local folder = os.tmpname()
  os.remove(folder)
  is("mkdir", "true", lfs.mkdir(folder))
  is("mkdir again", 'nil, "File exists"', lfs.mkdir(folder))
  io.open(folder .. "/a", "w"):close()
  is("link", "true", lfs.link(folder .. "/a", folder .. "/b"))
  is("symbolic link", "true", lfs.link("a", folder .. "/c", true))
  is("link to nothing", 'nil, "No such file or directory", 2', lfs.link(folder .. "/x", folder .. "/y"))
  local names = {}
  for name in lfs.dir(folder) do names[#names + 1] = name end
  table.sort(names)
  is("dir", '". .. a b c"', table.concat(names, " "))
  local next_name, directory = lfs.dir(folder)
  is("the object", '"function", "userdata", "string", "string"', type(next_name), type(directory),
    type(next_name(directory)), type(directory:next()))
  directory:close()
  raises("a closed one", "bad argument #1 to '?' (closed directory)", directory.next, directory)
  for _, name in ipairs {"a", "b", "c"} do os.remove(folder .. "/" .. name) end
  is("rmdir", "true", lfs.rmdir(folder))
  is("the functions", '"_COPYRIGHT _DESCRIPTION _VERSION dir get_path_separator link mkdir rmdir"', keys(lfs))
  raises("dir()", "bad argument #1 to 'lfs.dir' (string expected, got no value)", lfs.dir)
  raises("mkdir()", "bad argument #1 to 'lfs.mkdir' (string expected, got no value)", lfs.mkdir)
  raises("rmdir()", "bad argument #1 to 'lfs.rmdir' (string expected, got no value)", lfs.rmdir)
  raises("link()", "bad argument #1 to 'lfs.link' (string expected, got no value)", lfs.link)
end

local function patterns()
  for _, name in ipairs {"P", "R", "S", "V", "C", "Cb", "Cc", "Cf", "Cg", "Cmt", "Cp", "Cs", "Ct", "Carg", "B",
    "locale", "match", "type", "setmaxstack"} do
    is("lpeg." .. name, '"function"', type(lpeg[name]))
  end
  local grammar = lpeg.locale {lpeg.V "space" ^ 0 * lpeg.C(lpeg.V "alpha" ^ 1) * lpeg.Cp()}
  is("a grammar with the locale's sets", '"word", 7', lpeg.match(lpeg.P(grammar), "  word!"))
  is("fold", "6", lpeg.match(lpeg.Cf(lpeg.Cc(0) * (lpeg.C(lpeg.R "09") / tonumber) ^ 1, function(a, b) return a + b end),
    "123"))
  is("type", '"pattern", nil', lpeg.type(lpeg.P "a"), lpeg.type("a"))
end

action = function()
  ciphers()
  bignums()
  files()
  patterns()
  return check.report()
end
