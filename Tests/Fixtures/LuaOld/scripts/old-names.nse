-- SPDX-License-Identifier: Apache-2.0
categories = {"safe"}

require "bit"
require "bin"

portrule = function() return true end

action = function()
  assert(select("#", unpack({1, 2, 3})) == 3 and table.getn({1, 2}) == 2 and table.maxn({[5] = 1}) == 5)
  local seen = {}
  table.foreach({a = 1}, function(k, v) seen[k] = v end)
  table.foreachi({4, 5}, function(i, v) seen[i] = v end)
  assert(seen.a == 1 and seen[2] == 5)
  assert(math.mod(7, 4) == 3 and math.log10(100) == 2 and math.floor(2.5) == 2)
  local words = {}
  for word in string.gfind("one two", "%a+") do words[#words + 1] = word end
  assert(words[2] == "two" and string.upper("x") == "X")
  assert(string.format("%d %s %x", 3.7, "y", 255.0) == "3 y ff", string.format("%d %s %x", 3.7, "y", 255.0))
  assert(bit.band(6, 3) == 2 and bit.bor(1, 4) == 5 and bit.bxor(5, 1) == 4 and bit.lshift(1, 4) == 16)
  assert(bit.rshift(16, 4) == 1 and bit.arshift(-16, 2) == -4 and bit.mod(7, 4) == 3 and bit.bnot(0) == -1)
  local data = bin.pack(">SICz", 0x0102, 0x03040506, 7, "text")
  assert(data == "\1\2\3\4\5\6\7text\0", data)
  local place, short, int, byte, text = bin.unpack(">SICz", data)
  assert(place == 13 and short == 0x0102 and int == 0x03040506 and byte == 7 and text == "text")
  assert(bin.pack("H", "41 42") == "AB" and select(2, bin.unpack("H2", "AB")) == "4142")
  assert(no_such_name == nil, "reading what nobody declared gave nil")
  return "all is well"
end
