-- SPDX-License-Identifier: Apache-2.0

local nmap = require "nmap"

description = [[
Shows what a Redis server tells about itself to a client that has not
logged in, or that it wants a password.
]]

---
-- @usage
-- sonde --script sonde-redis-info -p 6379 <target>
--
-- @output
-- 6379/tcp open  redis
-- | sonde-redis-info:
-- |   version: 7.0.15
-- |   mode: standalone
-- |   system: Linux 6.1.0 x86_64
-- |   role: master
-- |   clients: 1
-- |_  memory: 1.05M
--
-- @xmloutput
-- <elem key="version">7.0.15</elem>
-- <elem key="mode">standalone</elem>

author = "The Sonde contributors"
license = "Apache-2.0"
categories = {"default", "discovery", "safe"}

-- What we call it, and what the server calls it.
local SHOWN = {
  {"version", "redis_version"}, {"mode", "redis_mode"}, {"system", "os"}, {"role", "role"},
  {"replicas", "connected_slaves"}, {"uptime", "uptime_in_seconds"}, {"clients", "connected_clients"},
  {"memory", "used_memory_human"}, {"executable", "executable"}, {"configuration", "config_file"},
}

portrule = function(_, port)
  return port.protocol == "tcp" and port.state == "open" and (port.service == "redis" or port.number == 6379)
end

-- Where the answer ends: an error is one line, a text says its length.
local function answer_end(buffer)
  local first, last = buffer:find("\r\n", 1, true)
  if not first then
    if #buffer > 4096 then return #buffer, #buffer end
    return nil
  end
  local length = tonumber(buffer:match("^%$(%d+)\r"))
  if not length then return first, last end
  if length > 1048576 then return #buffer, #buffer end
  local whole = last + length + 2
  if #buffer >= whole then return whole, whole end
end

local function pair_in_order(names, values)
  return setmetatable({}, {
    __pairs = function()
      local place = 0
      return function()
        -- Fields without a value are left out.
        repeat place = place + 1 until names[place] == nil or values[names[place]] ~= nil
        local name = names[place]
        if name then return name, values[name] end
      end
    end,
    __index = values,
  })
end

action = function(host, port)
  local socket = nmap.new_socket()
  socket:set_timeout(7000)
  if not socket:connect(host, port) then return nil end
  socket:send("*1\r\n$4\r\nINFO\r\n")
  local received, answer = socket:receive_buf(answer_end, true)
  socket:close()
  if not received then return nil end

  local problem = answer:match("^%-([^\r\n]*)")
  if problem then
    local wants_password = problem:find("^NOAUTH") or problem:find("authentication", 1, true)
    return {answer = problem}, wants_password and "a password is needed" or ("refused: %s"):format(problem)
  end
  if answer:sub(1, 1) ~= "$" then return nil end
  local fields, names, found = {}, {}, {}
  for name, value in answer:gmatch("\n([%w_]+):([^\r\n]*)") do fields[name] = value end
  for _, pair in ipairs(SHOWN) do
    local value = fields[pair[2]]
    names[#names + 1] = pair[1]
    if value ~= "" then found[pair[1]] = value end
  end
  if not next(found) then return nil end
  return pair_in_order(names, found)
end
