-- SPDX-License-Identifier: Apache-2.0

local nmap = require "nmap"

description = [[
Shows the header fields with which a web server answers a HEAD request, or
a GET request if it does not know HEAD.
]]

---
-- @usage
-- sonde --script sonde-http-headers -p 80,443 <target>
--
-- @args sonde-http-headers.path The page to ask for. Default: /
--
-- @output
-- 80/tcp open  http
-- | sonde-http-headers:
-- |   status: HTTP/1.1 200 OK
-- |   Server: example
-- |_  Content-Type: text/html
--
-- @xmloutput
-- <elem key="status">HTTP/1.1 200 OK</elem>
-- <elem key="Server">example</elem>
-- <elem key="Content-Type">text/html</elem>

author = "The Sonde contributors"
license = "Apache-2.0"
categories = {"discovery", "safe"}

local NAMES = {http = true, ["http-alt"] = true, ["http-proxy"] = true, https = true, ["https-alt"] = true}
local NUMBERS = {[80] = true, [443] = true, [8000] = true, [8008] = true, [8080] = true, [8443] = true, [8888] = true}
local MOST_OCTETS = 65536

portrule = function(_, port)
  if port.protocol ~= "tcp" or port.state ~= "open" then return false end
  return NAMES[port.service or ""] or NUMBERS[port.number] or false
end

local function uses_tls(port)
  return port.version and port.version.service_tunnel == "ssl"
    or port.service == "https" or port.service == "https-alt" or port.number == 443 or port.number == 8443
end

-- The head of the answer to one request, without the empty line at its end.
local function head(host, port, method, path)
  local socket = nmap.new_socket()
  socket:set_timeout(7000)
  if not socket:connect(host, port, uses_tls(port) and "ssl" or "tcp") then return nil end
  local name = host.targetname or host.ip
  if name:find(":", 1, true) then name = "[" .. name .. "]" end
  local request = "%s %s HTTP/1.1\r\nHost: %s:%d\r\nUser-Agent: Sonde\r\nAccept: */*\r\nConnection: close\r\n\r\n"
  socket:send(request:format(method, path, name, port.number))
  local _, text = socket:receive_buf(function(buffer)
    local first, last = buffer:find("\r?\n\r?\n")
    if not first and #buffer > MOST_OCTETS then return #buffer, #buffer end
    return first, last
  end, false)
  socket:close()
  return type(text) == "string" and text:find("^HTTP/") and text or nil
end

-- A table whose fields keep their order; a name that comes again makes its value a list.
local function fields_in_order()
  local names, values = {}, {}
  local fields = setmetatable({}, {
    __pairs = function()
      local place = 0
      return function()
        place = place + 1
        local name = names[place]
        if name then return name, values[name] end
      end
    end,
    __index = values,
  })
  return fields, function(name, value)
    local present = values[name]
    if present == nil then
      names[#names + 1], values[name] = name, value
    elseif type(present) == "table" then
      present[#present + 1] = value
    else
      values[name] = {present, value}
    end
  end
end

action = function(host, port)
  local path = nmap.registry.args["sonde-http-headers.path"]
  if type(path) ~= "string" or path:sub(1, 1) ~= "/" then path = "/" end
  local text = head(host, port, "HEAD", path)
  if not text or text:find("^HTTP/%S+ 40[05]") or text:find("^HTTP/%S+ 501") then
    text = head(host, port, "GET", path) or text
  end
  if not text then return nil end

  local fields, add = fields_in_order()
  add("status", text:match("^[^\r\n]*"))
  for name, value in text:gmatch("\n([^:%s]+):[ \t]*([^\r\n]*)") do add(name, value) end
  return fields
end
