-- SPDX-License-Identifier: Apache-2.0
--
-- The least that the engine needs of a library of this name, in the manner of newer trees.

local nmap = require "nmap"
local stdnse = {sleep = nmap.socket.sleep}

function stdnse.module(name, ...)
  local env = {_NAME = name}
  env._M = env
  for _, change in ipairs {...} do change(env) end
  return env
end

function stdnse.seeall(env)
  return setmetatable(env, {__index = _G})
end

return stdnse
