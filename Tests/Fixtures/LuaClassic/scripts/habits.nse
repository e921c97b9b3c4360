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
  assert(bin.pack("B", 65) == "A", "the tree's own bin")
  return "all is well"
end
