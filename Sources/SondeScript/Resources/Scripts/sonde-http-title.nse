-- SPDX-License-Identifier: Apache-2.0

local nmap = require "nmap"

description = [[
Shows the title of a web server's front page.

Follows up to three redirects that stay on the same server; a redirect that
leads elsewhere is told and not followed.
]]

---
-- @usage
-- sonde --script sonde-http-title -p 80,443 <target>
--
-- @args sonde-http-title.path The page to ask for. Default: /
--
-- @output
-- 80/tcp open  http
-- |_sonde-http-title: The lab's front page
--
-- @xmloutput
-- <elem key="status">200 OK</elem>
-- <elem key="path">/</elem>
-- <elem key="title">The lab&apos;s front page</elem>

author = "The Sonde contributors"
license = "Apache-2.0"
categories = {"default", "discovery", "safe"}

local NAMES = {http = true, ["http-alt"] = true, ["http-proxy"] = true, https = true, ["https-alt"] = true}
local NUMBERS = {[80] = true, [443] = true, [8000] = true, [8008] = true, [8080] = true, [8443] = true, [8888] = true}
local MOST_OCTETS = 131072
local LONGEST_TITLE = 200
local ENTITIES = {amp = "&", apos = "'", gt = ">", lt = "<", nbsp = " ", quot = '"'}

portrule = function(_, port)
  if port.protocol ~= "tcp" or port.state ~= "open" then return false end
  return NAMES[port.service or ""] or NUMBERS[port.number] or false
end

local function uses_tls(port)
  return port.version and port.version.service_tunnel == "ssl"
    or port.service == "https" or port.service == "https-alt" or port.number == 443 or port.number == 8443
end

-- What a browser would put into the Host field.
local function authority(host, port)
  local name = host.targetname or host.ip
  if name:find(":", 1, true) then name = "[" .. name .. "]" end
  local usual = uses_tls(port) and 443 or 80
  return port.number == usual and name or ("%s:%d"):format(name, port.number)
end

-- Asks for one page: its status ("200 OK"), its fields by lower-case name, and as much of the page as is needed.
local function fetch(host, port, path)
  local socket = nmap.new_socket()
  socket:set_timeout(7000)
  if not socket:connect(host, port, uses_tls(port) and "ssl" or "tcp") then return nil end
  -- Version 1.0, so that no server answers in chunks.
  socket:send(("GET %s HTTP/1.0\r\nHost: %s\r\nUser-Agent: Sonde\r\nAccept: text/html, */*\r\n\r\n")
    :format(path, authority(host, port)))
  local parts, size = {}, 0
  repeat
    local more, octets = socket:receive()
    if more then
      parts[#parts + 1], size = octets, size + #octets
    end
  until not more or size > MOST_OCTETS
  socket:close()

  local response = table.concat(parts)
  local status = response:match("^HTTP/%d[%.%d]*%s+([^\r\n]+)")
  if not status then return nil end
  local head, page = response:match("^(.-)\r?\n\r?\n(.*)$")
  local fields = {}
  for name, value in (head or response):gmatch("\n([^:%s]+):[ \t]*([^\r\n]*)") do
    fields[name:lower()] = value
  end
  return status, fields, page or ""
end

-- Where a redirect leads on this very server; nothing if it leads elsewhere.
local function path_here(host, port, location)
  if location:match("^/[^/]") or location == "/" then return location end
  local scheme, name, path = location:match("^(%a+)://([^/]+)(.*)$")
  if not scheme or scheme:lower() ~= (uses_tls(port) and "https" or "http") then return nil end
  if name:lower() ~= authority(host, port):lower() then return nil end
  return path:sub(1, 1) == "/" and path or "/" .. path
end

local function decoded(text)
  text = text:gsub("&#(x?)(%x+);", function(hexadecimal, digits)
    local code = tonumber(digits, hexadecimal == "x" and 16 or 10)
    -- What is no character stays as it was written.
    if not code or code < 32 or code > 0x10FFFF then return nil end
    return utf8.char(code)
  end)
  return (text:gsub("&(%a+);", ENTITIES))
end

local function title_of(page)
  local start = page:lower():find("<title[%s>]")
  if not start then return nil end
  local text = page:sub(start):match("^<[^>]*>([^<]*)")
  if not text then return nil end
  text = decoded(text):gsub("%s+", " "):gsub("^ ", ""):gsub(" $", "")
  if #text > LONGEST_TITLE then text = text:sub(1, LONGEST_TITLE) .. "..." end
  return text
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
  local found = {path = nmap.registry.args["sonde-http-title.path"]}
  if type(found.path) ~= "string" or found.path:sub(1, 1) ~= "/" then found.path = "/" end
  local names = {"status", "path", "title", "redirect"}
  for _ = 0, 3 do
    local status, fields, page = fetch(host, port, found.path)
    if not status then return nil end
    found.status, found.redirect = status, status:match("^30[12378]") and fields.location
    local path = found.redirect and path_here(host, port, found.redirect)
    if not path then
      found.title = title_of(page)
      if found.redirect then
        return pair_in_order(names, found), ("redirects to %s"):format(found.redirect)
      end
      found.redirect = nil
      return pair_in_order(names, found), found.title or ("no title (%s)"):format(status)
    end
    found.path = path
  end
  return pair_in_order(names, found), ("too many redirects, the last to %s"):format(found.path)
end
