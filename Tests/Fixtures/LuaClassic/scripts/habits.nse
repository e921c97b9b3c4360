-- SPDX-License-Identifier: Apache-2.0
local bin = require "bin"
local math = require "math"

categories = {"safe"}

prerule = function() return true end

action = function()
  assert(math.type("10" + 5) == "float" and ("10" + 5) .. "" == "15.0", "numeric strings give floats")
  assert("7" // "2" == 3.0 and -"2" == -2.0 and "2" * "3" == 6 and 2 ^ "3" == 8.0 and "7" % 4 == 3.0)
  local fine, text = pcall(function() return "abc" + 1 end)
  assert(not fine and text:find("attempt to perform arithmetic on a string value", 1, true), text)
  local sum = setmetatable({}, {__add = function() return "added" end})
  assert("1" + sum == "added" and sum + "1" == "added")
  assert(bit32.band(0xFF, 0x0F) == 15 and bit32.bnot(0) == 0xFFFFFFFF and bit32.lshift(1, 31) == 0x80000000)
  assert(bit32.arshift(0x80000000, 31) == 0xFFFFFFFF and bit32.rshift(0x80000000, 31) == 1)
  assert(bit32.lrotate(0x80000001, 1) == 3 and bit32.extract(0xABCD, 4, 8) == 0xBC)
  assert(bit32.replace(0, 0xF, 4, 4) == 0xF0 and bit32.btest(1, 3) and bit32.bxor(1, 3) == 2)
  local less = setmetatable({v = 1}, {__lt = function(a, b) return a.v < b.v end})
  local more = setmetatable({v = 2}, getmetatable(less))
  assert(less <= more and not (more <= less), "__lt serves for __le")
  assert(math.pow(2, 3) == 8.0 and utf8.codepoint("\xED\xA0\x80") == 0xD800)
  local value, place = string.unpack("z", "open")
  assert(value == "open" and place == 6, "a text without a final zero octet ends with the data")
  value, place = ("<I2 z"):unpack("\1\0abc\0rest", 1)
  assert(value == 1 and place == "abc" and select(3, string.unpack("zB", "a\0\5")) == 4)
  fine, text = pcall(function() local a = string.unpack("<I4", "abc") return a end)
  assert(not fine and text:find("habits.nse:%d+: bad argument #2 to 'unpack' %(data string too short%)"), text)
  assert(bin.pack("B", 65) == "A", "the tree's own bin")
  return "all is well"
end
