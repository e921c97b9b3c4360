-- SPDX-License-Identifier: Apache-2.0
--
-- The streams of `zlib`, its constants and errors.

local check = require "check"
local table = require "table"
local zlib = require "zlib"

categories = {"safe"}

prerule = function() return true end

local is, raises = check.is, check.raises

local function whole_texts()
  for name, value in pairs {NO_COMPRESSION = 0, BEST_SPEED = 1, BEST_COMPRESSION = 9, DEFAULT_COMPRESSION = -1,
    FILTERED = 1, HUFFMAN_ONLY = 2, RLE = 3, FIXED = 4, DEFAULT_STRATEGY = 0, MINIMUM_MEMLEVEL = 1,
    MAXIMUM_MEMLEVEL = 9, DEFAULT_MEMLEVEL = 8, DEFAULT_WINDOWBITS = 15, MINIMUM_WINDOWBITS = 8,
    MAXIMUM_WINDOWBITS = 15, GZIP_WINDOWBITS = 16, RAW_WINDOWBITS = -1} do
    is(name, tostring(value), zlib[name])
  end
  is("version", '"string", "lzlib 0.4-work3"', type(zlib.version()), zlib._VERSION)
  is("checksums go on", "true, true", zlib.crc32(zlib.crc32(0, "a"), "bc") == zlib.crc32(0, "abc"),
    zlib.adler32(zlib.adler32(1, "a"), "bc") == zlib.adler32(1, "abc"))
  local text = ("abc"):rep(100)
  for _, bits in ipairs {15, 31, -15} do
    local packed, status = zlib.compress(text, 9, 8, bits)
    is("compress " .. bits, "1.0, true", status, #packed < 60)
    is("decompress " .. bits, "true", zlib.decompress(packed, bits) == text)
  end
  is("either head", "true, true", zlib.decompress(zlib.compress(text), 47) == text,
    zlib.decompress(zlib.compress(text, 9, 8, 31), 47) == text)
  raises("another head", "failed to process zlib stream", zlib.decompress, zlib.compress(text), 31)
  raises("bits that make no sense", "failed to initialize zstream structures", zlib.decompress, "x", 99)
  is("settings that make no sense", "nil, -2.0", zlib.compress("x", 99))
  raises("compress()", "bad argument #1 to 'zlib.compress' (string expected, got no value)", zlib.compress)
  raises("decompress()", "bad argument #1 to 'zlib.decompress' (string expected, got no value)", zlib.decompress)
end

local function reading()
  local packed = zlib.compress("one\ntwo\r\nthree\rfour")
  local s = zlib.inflate(packed)
  is("lines", '"one", "two", "three", "four", nil', s:read(), s:read("*l"), s:read("*l"), s:read(), s:read())
  is("the end", '"", nil, nil', s:read("*a"), s:read(1), s:read(0))
  is("name", '"zlib inflate stream (0x)"', tostring(s))
  is("adler", "true", type(s:adler()) == "number")
  is("close", "true", s:close())
  is("closed", '"zlib stream (closed)"', tostring(s))
  raises("read after close", "bad argument #1 to '?' (attempt to use invalid zlib stream)", s.read, s)
  raises("close after close", "(no error)", s.close, s)
  s = zlib.inflate(packed)
  is("counts", '"", "on", "e\\ntwo"', s:read(0, 2, 5))
  local lines = {}
  for line in zlib.inflate(packed):lines() do lines[#lines + 1] = line end
  is("lines()", '"one,two,three,four"', table.concat(lines, ","))
  is("gzip is known by itself", '"x"', zlib.inflate((zlib.compress("x", 9, 8, 31))):read("*a"))
  local given
  is("from a function", '"one"', zlib.inflate(function()
    given = not given and packed or nil
    return given
  end):read())
  local place = 0
  check.differs("from a function, octet by octet", '"one"', '""', zlib.inflate(function()
    place = place + 1
    return place <= #packed and packed:sub(place, place) or nil
  end):read())
  local source = {read = function(self, n)
    if self.done then return nil end
    self.done = true
    return packed
  end}
  is("from an object", '"one"', zlib.inflate(source):read())
  raises("from nothing", "bad argument #1 to 'zlib.inflate' (input parameter must be a string, function, table or userdata value)", zlib.inflate, nil)
  raises("from an object that cannot be read",
    "bad argument #1 to 'zlib.inflate' (input parameter does not provide :read function)", zlib.inflate, {})
  raises("rubbish", "failed to decompress [-3]", function() return zlib.inflate("rubbish"):read("*a") end)
end

local function writing()
  local parts = {}
  local d = zlib.deflate(function(data) parts[#parts + 1] = data end)
  is("write", "true", d:write("hello ", "world"))
  is("name", '"zlib deflate stream (0x)"', tostring(d))
  is("flush", "true", d:flush("sync"))
  is("it is there", "true", #table.concat(parts) > 0)
  is("close", "true", d:close())
  is("back", '"hello world"', zlib.decompress(table.concat(parts)))
  raises("write after close", "bad argument #1 to '?' (attempt to use invalid zlib stream)", d.write, d, "x")
  local sink = {parts = {}, write = function(self, data) self.parts[#self.parts + 1] = data end}
  d = zlib.deflate(sink, 9)
  d:write("abc")
  d:close()
  is("into an object", '"abc"', zlib.decompress(table.concat(sink.parts)))
  raises("into nothing", "bad argument #1 to 'zlib.deflate' (output parameter must be a function, table or userdata value)", zlib.deflate, nil)
end

local function dictionaries()
  local words, parts = "hello world", {}
  local d = zlib.deflate(function(data) parts[#parts + 1] = data end, -1, 8, 15, 8, 0, words)
  d:write("hello world")
  d:close()
  is("with the dictionary", '"hello world"', zlib.inflate(table.concat(parts), 15, words):read("*a"))
  raises("without", "no inflate dictionary provided", function() return zlib.inflate(table.concat(parts)):read("*a") end)
end

action = function()
  whole_texts()
  reading()
  writing()
  dictionaries()
  return check.report()
end
