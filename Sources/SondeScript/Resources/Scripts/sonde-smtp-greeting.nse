-- SPDX-License-Identifier: Apache-2.0

local nmap = require "nmap"

description = [[
Shows how a mail server greets and which extensions it offers after EHLO
(RFC 5321). No mail is sent.
]]

---
-- @usage
-- sonde --script sonde-smtp-greeting -p 25,465,587 <target>
--
-- @output
-- 25/tcp open  smtp
-- | sonde-smtp-greeting:
-- |   greeting: 220 mail.example.test ESMTP
-- |   extensions:
-- |     PIPELINING
-- |_    SIZE 10240000
--
-- @xmloutput
-- <elem key="greeting">220 mail.example.test ESMTP</elem>
-- <table key="extensions">
--   <elem>PIPELINING</elem>
--   <elem>SIZE 10240000</elem>
-- </table>

author = "The Sonde contributors"
license = "Apache-2.0"
categories = {"default", "discovery", "safe"}

local NAMES = {smtp = true, smtps = true, submission = true}
local NUMBERS = {[25] = true, [465] = true, [587] = true}

portrule = function(_, port)
  if port.protocol ~= "tcp" or port.state ~= "open" then return false end
  return NAMES[port.service or ""] or NUMBERS[port.number] or false
end

local function uses_tls(port)
  return port.version and port.version.service_tunnel == "ssl" or port.service == "smtps" or port.number == 465
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

-- One answer: its code and the texts of its lines.
local function read_answer(socket)
  local texts = {}
  for _ = 1, 100 do
    local line = read_line(socket)
    local code, mark, text = (line or ""):match("^(%d%d%d)([ %-]?)(.*)$")
    if not code then return nil, texts end
    texts[#texts + 1] = text
    if mark ~= "-" then return code, texts end
  end
  return nil, texts
end

-- A client without a name of its own gives its address: RFC 5321, section 4.1.3.
local function own_name(socket)
  local known, address = socket:get_info()
  if not known then return "[127.0.0.1]" end
  return address:find(":", 1, true) and ("[IPv6:%s]"):format(address) or ("[%s]"):format(address)
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
  local code, texts = read_answer(socket)
  if not code then
    socket:close()
    return nil
  end
  local found = {greeting = code .. " " .. table.concat(texts, " / ")}
  if code == "220" and socket:send(("EHLO %s\r\n"):format(own_name(socket))) then
    local status, offered = read_answer(socket)
    -- The first line is the server's name again.
    if status == "250" and #offered > 1 then found.extensions = table.move(offered, 2, #offered, 1, {}) end
    socket:send("QUIT\r\n")
  end
  socket:close()
  return pair_in_order({"greeting", "extensions"}, found)
end
