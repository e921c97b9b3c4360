-- SPDX-License-Identifier: Apache-2.0

local nmap = require "nmap"

description = [[
Shows how an FTP server greets and which features it lists without login
(FEAT, RFC 2389).
]]

---
-- @usage
-- sonde --script sonde-ftp-greeting -p 21 <target>
--
-- @output
-- 21/tcp open  ftp
-- | sonde-ftp-greeting:
-- |   greeting: 220 Example FTP server
-- |   features:
-- |     PASV
-- |_    UTF8
--
-- @xmloutput
-- <elem key="greeting">220 Example FTP server</elem>
-- <table key="features">
--   <elem>PASV</elem>
--   <elem>UTF8</elem>
-- </table>

author = "The Sonde contributors"
license = "Apache-2.0"
categories = {"default", "discovery", "safe"}

portrule = function(_, port)
  if port.protocol ~= "tcp" or port.state ~= "open" then return false end
  return port.service == "ftp" or port.service == "ftps" or port.number == 21 or port.number == 990
end

local function uses_tls(port)
  return port.version and port.version.service_tunnel == "ssl" or port.service == "ftps" or port.number == 990
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

-- One answer: its code and its lines. Between the first and the last, which begins with the code and a blank, a line
-- may be anything.
local function read_answer(socket)
  local line = read_line(socket)
  local code, mark, text = (line or ""):match("^(%d%d%d)([ %-]?)(.*)$")
  if not code then return nil end
  local texts = {text}
  if mark ~= "-" then return code, texts end
  for _ = 1, 200 do
    line = read_line(socket)
    if not line then return nil end
    if line:sub(1, 4) == code .. " " then
      texts[#texts + 1] = line:sub(5)
      return code, texts
    end
    texts[#texts + 1] = line:gsub("^" .. code .. "%-", ""):gsub("^%s+", "")
  end
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
  if code == "220" and socket:send("FEAT\r\n") then
    local status, lines = read_answer(socket)
    -- The first and the last line only say that a list begins and ends.
    if status == "211" and #lines > 2 then found.features = table.move(lines, 2, #lines - 1, 1, {}) end
    socket:send("QUIT\r\n")
  end
  socket:close()
  return pair_in_order({"greeting", "features"}, found)
end
