-- SPDX-License-Identifier: Apache-2.0

local nmap = require "nmap"

description = [[
Shows how a POP3 server greets and which capabilities it lists without
login (CAPA, RFC 2449).
]]

---
-- @usage
-- sonde --script sonde-pop3-greeting -p 110,995 <target>
--
-- @output
-- 110/tcp open  pop3
-- | sonde-pop3-greeting:
-- |   greeting: Example ready
-- |   capabilities:
-- |     TOP
-- |_    UIDL
--
-- @xmloutput
-- <elem key="greeting">Example ready</elem>
-- <table key="capabilities">
--   <elem>TOP</elem>
--   <elem>UIDL</elem>
-- </table>

author = "The Sonde contributors"
license = "Apache-2.0"
categories = {"default", "discovery", "safe"}

portrule = function(_, port)
  if port.protocol ~= "tcp" or port.state ~= "open" then return false end
  return port.service == "pop3" or port.service == "pop3s" or port.number == 110 or port.number == 995
end

local function uses_tls(port)
  return port.version and port.version.service_tunnel == "ssl" or port.service == "pop3s" or port.number == 995
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

-- The lines of a list that ends with a dot; nothing if the server does not know the command.
local function read_list(socket)
  if not (read_line(socket) or ""):find("^%+OK") then return nil end
  local lines = {}
  for _ = 1, 200 do
    local line = read_line(socket)
    if not line or line == "." then break end
    lines[#lines + 1] = line
  end
  return #lines > 0 and lines or nil
end

action = function(host, port)
  local socket = nmap.new_socket()
  socket:set_timeout(10000)
  if not socket:connect(host, port, uses_tls(port) and "ssl" or "tcp") then return nil end
  local greeting = (read_line(socket) or ""):match("^%+OK ?(.*)$")
  if not greeting then
    socket:close()
    return nil
  end
  local found = {greeting = greeting}
  if socket:send("CAPA\r\n") then
    found.capabilities = read_list(socket)
    socket:send("QUIT\r\n")
  end
  socket:close()
  return pair_in_order({"greeting", "capabilities"}, found)
end
