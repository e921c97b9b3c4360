-- SPDX-License-Identifier: Apache-2.0

local nmap = require "nmap"

description = [[
Asks a name server for its version and its name: the texts version.bind and
hostname.bind of class CH (RFC 4892). Many servers refuse or make up an
answer.
]]

---
-- @usage
-- sonde -sU --script sonde-dns-version -p 53 <target>
--
-- @output
-- 53/udp open  domain
-- | sonde-dns-version:
-- |   version: 9.18.0
-- |_  hostname: ns1.example.test
--
-- @xmloutput
-- <elem key="version">9.18.0</elem>
-- <elem key="hostname">ns1.example.test</elem>

author = "The Sonde contributors"
license = "Apache-2.0"
categories = {"default", "discovery", "safe"}

local TYPE_TXT, CLASS_CHAOS = 16, 3

portrule = function(_, port)
  if port.protocol ~= "tcp" and port.protocol ~= "udp" then return false end
  if port.state ~= "open" and port.state ~= "open|filtered" then return false end
  return port.service == "domain" or port.number == 53
end

local function query(id, name)
  local labels = name:gsub("([^.]+)%.?", function(label) return string.char(#label) .. label end)
  return (">I2I2I2I2I2I2"):pack(id, 0, 1, 0, 0, 0) .. labels .. "\0" .. (">I2I2"):pack(TYPE_TXT, CLASS_CHAOS)
end

-- The place after a name; a pointer ends it. RFC 1035, section 4.1.4.
local function after_name(message, place)
  while true do
    local length = message:byte(place)
    if not length then error("the message ends within a name") end
    if length >= 0xC0 then return place + 2 end
    place = place + 1 + length
    if length == 0 then return place end
  end
end

-- The first text among the answers. Raises an error if the message is cut.
local function text_in(message, id)
  local given, flags, questions, answers, place = (">I2I2I2I2xxxx"):unpack(message)
  if given ~= id or flags & 0x8000 == 0 or flags & 0xF ~= 0 then return nil end
  for _ = 1, questions do place = after_name(message, place) + 4 end
  for _ = 1, answers do
    local kind, _, _, data, after = (">I2I2I4s2"):unpack(message, after_name(message, place))
    place = after
    if kind == TYPE_TXT then
      local texts, within = {}, 1
      while within <= #data do texts[#texts + 1], within = ("s1"):unpack(data, within) end
      return table.concat(texts)
    end
  end
end

local function ask(socket, is_tcp, name)
  local id = (">I2"):unpack(nmap.get_random_bytes(2))
  local message = query(id, name)
  if not socket:send(is_tcp and (">s2"):pack(message) or message) then return nil, false end
  local received, answer
  if is_tcp then
    received, answer = socket:receive_buf(function(buffer)
      if #buffer < 2 then return nil end
      local last = 2 + (">I2"):unpack(buffer)
      if #buffer >= last then return last, last end
    end, true)
    if received then answer = answer:sub(3) end
  else
    received, answer = socket:receive()
  end
  if not received then return nil, false end
  local whole, text = pcall(text_in, answer, id)
  return whole and text or nil, true
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
  local is_tcp = port.protocol == "tcp"
  local socket = nmap.new_socket(port.protocol)
  socket:set_timeout(5000)
  if not socket:connect(host, port) then return nil end
  local found = {}
  local version, has_answered = ask(socket, is_tcp, "version.bind")
  found.version = version
  if has_answered then
    found.hostname = ask(socket, is_tcp, "hostname.bind")
    -- An answer shows that the port is open, whatever it says.
    if port.state ~= "open" then nmap.set_port_state(host, port, "open") end
  end
  socket:close()
  if not next(found) then return nil end
  return pair_in_order({"version", "hostname"}, found)
end
