-- SPDX-License-Identifier: Apache-2.0
categories = {"safe"}
runlevel = 1

require "stdnse"
require "portlist"

portrule = function(host, port) return port.protocol == "tcp" end

local function inner()
  return shade
end

action = function()
  assert(getfenv(1).SCRIPT_NAME == "environments", "a script's environment is its table of globals")
  setfenv(inner, {shade = "of its own"})
  assert(inner() == "of its own" and shade == nil)
  local made = loadstring("return colour")
  setfenv(made, {colour = "blue"})
  assert(made() == "blue" and getfenv(made).colour == "blue")
  local function change()
    local assert = assert
    setfenv(1, {here = 5})
    assert(here == 5)
  end
  change()
  assert(stdnse.join(",", {1, 2}) == "1,2" and stdnse._NAME == "stdnse" and _G.stdnse == stdnse)
  assert(portlist.name():find("^portlist%-%d+$"))
  assert(package.loaded.portlist == portlist and portlist._M == portlist)
  return "all is well"
end
