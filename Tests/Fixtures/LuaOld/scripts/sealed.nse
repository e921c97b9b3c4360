-- SPDX-License-Identifier: Apache-2.0
categories = {"safe"}
runlevel = 1

require "stdnse"
require "portlist"

portrule = function(host, port) return port.protocol == "tcp" end

local function spoils(attempt, ...)
  assert(not pcall(attempt, ...))
end

action = function()
  spoils(function() string.rep = nil end)
  spoils(function() getmetatable(string).__index.rep = nil end)
  spoils(function() package.loaded.string.rep = nil end)
  spoils(function() module("string") rep = nil end)
  spoils(function() getfenv(0).pairs = nil end)
  spoils(function() getfenv(stdnse.join).string = nil end)
  spoils(function() getfenv(print).print = nil end)
  spoils(setfenv, stdnse.join, {})
  assert(("x"):rep(2) == "xx" and string.rep and pairs and stdnse.join(",", {1, 2}) == "1,2")
  return "all is well"
end
