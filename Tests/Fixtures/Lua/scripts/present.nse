-- SPDX-License-Identifier: Apache-2.0
local math = require "math"
local nmap = require "nmap"
local nmapdb = require "nmapdb"

categories = {"safe"}

-- Scripts may look at their arguments when they are loaded.
local chosen = nmap.registry.args.chosen

prerule = function() return true end

action = function()
  assert(chosen == nil)
  assert(math.type("10" + 5) == "integer", "arithmetic on numeric strings gives integers")
  assert(rawget(_G, "bit32") == nil, "no bit32")
  assert(rawget(_G, "unpack") == nil and rawget(_G, "setfenv") == nil, "no name of Lua 5.1")
  local closed <const> = coroutine.create(function() end)
  assert(coroutine.close(closed))
  assert(nmapdb.getservbyport(7, "tcp") == "echo" and nmapdb.getservbyport(8, "tcp") == nil)
  assert(nmapdb.mac2corp("00:00:00:00:00:00") == nil)
  local fine, text = pcall(nmapdb.mac2corp, "short")
  assert(not fine and text:find("Expected a 6-byte MAC address", 1, true))
  fine, text = pcall(nmapdb.getservbyport, 70000, "tcp")
  assert(not fine and text:find("Port number out of range", 1, true))
  return "all is well"
end
