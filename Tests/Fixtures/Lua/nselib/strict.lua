-- SPDX-License-Identifier: Apache-2.0
--
-- Names that nobody declared are errors, but for code written in C.

local function from_c() return (debug.getinfo(3, "S") or {what = "C"}).what == "C" end
local function from_main() return (debug.getinfo(3, "S") or {what = "main"}).what == "main" end

return function(env)
  local declared = {}
  local meta = getmetatable(env) or {}
  meta.__newindex = function(t, name, value)
    if not declared[name] and not from_main() and not from_c() then
      error("assign to undeclared variable '" .. tostring(name) .. "'", 2)
    end
    declared[name] = true
    rawset(t, name, value)
  end
  meta.__index = function(_, name)
    if not declared[name] and not from_c() then
      error("variable '" .. tostring(name) .. "' is not declared", 2)
    end
  end
  setmetatable(env, meta)
end
