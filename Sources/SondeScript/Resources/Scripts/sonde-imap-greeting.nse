-- SPDX-License-Identifier: Apache-2.0

local nmap = require "nmap"

description = [[
Shows how an IMAP server greets and which capabilities it lists without
login (RFC 9051).
]]

---
-- @usage
-- sonde --script sonde-imap-greeting -p 143,993 <target>
--
-- @output
-- 143/tcp open  imap
-- | sonde-imap-greeting:
-- |   greeting: OK Example ready
-- |_  capabilities: IMAP4rev1 IDLE STARTTLS
--
-- @xmloutput
-- <elem key="greeting">OK Example ready</elem>
-- <elem key="capabilities">IMAP4rev1 IDLE STARTTLS</elem>

author = "The Sonde contributors"
license = "Apache-2.0"
categories = {"default", "discovery", "safe"}

portrule = function(_, port)
  if port.protocol ~= "tcp" or port.state ~= "open" then return false end
  return port.service == "imap" or port.service == "imaps" or port.number == 143 or port.number == 993
end

local function uses_tls(port)
  return port.version and port.version.service_tunnel == "ssl" or port.service == "imaps" or port.number == 993
end

-- The next line without its end; a line that never ends is cut.
local function read_line(socket)
  local received, line = socket:receive_buf(function(buffer)
    local first, last = buffer:find("\r?\n")
    if not first and #buffer > 4096 then return #buffer, #buffer end
    return first, last
  end, false)
  return received and line or nil
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
  socket:set_timeout(10000)
  if not socket:connect(host, port, uses_tls(port) and "ssl" or "tcp") then return nil end
  local greeting = (read_line(socket) or ""):match("^%* (.*)$")
  if not greeting then
    socket:close()
    return nil
  end
  -- Capabilities in the greeting are for the state before login too, and are shown once.
  local found = {greeting = greeting:gsub("%[CAPABILITY [^%]]*%] ?", "")}
  if not greeting:find("^BYE") and socket:send("a1 CAPABILITY\r\n") then
    for _ = 1, 20 do
      local line = read_line(socket)
      if not line or line:find("^a1 ") then break end
      found.capabilities = line:match("^%* CAPABILITY (.*)$") or found.capabilities
    end
    socket:send("a2 LOGOUT\r\n")
  end
  socket:close()
  return pair_in_order({"greeting", "capabilities"}, found)
end
