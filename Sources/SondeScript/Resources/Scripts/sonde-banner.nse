-- SPDX-License-Identifier: Apache-2.0

local nmap = require "nmap"

description = [[
Shows what a server says before it is asked anything.

Runs on open TCP ports that none of the other scripts of this collection
looks after; force it (+sonde-banner) to see the greeting of every port.
Servers that wait for their client say nothing, and then there is no output.
]]

---
-- @usage
-- sonde --script sonde-banner -p 23,10024 <target>
--
-- @args sonde-banner.wait How long to wait for the first words, in seconds.
--       Default: 3.
--
-- @output
-- 10024/tcp open  unknown
-- |_sonde-banner: Welcome to the example service
--
-- @xmloutput
-- <elem key="banner">Welcome to the example service</elem>
-- <elem key="octets">32</elem>

author = "The Sonde contributors"
license = "Apache-2.0"
categories = {"discovery", "safe"}

-- Services that wait for their client, or that have a script of their own.
local NOT_OURS = {
  domain = true, ftp = true, ftps = true, http = true, ["http-alt"] = true, ["http-proxy"] = true,
  https = true, ["https-alt"] = true, imap = true, imaps = true, pop3 = true, pop3s = true,
  redis = true, smtp = true, smtps = true, ssh = true, submission = true,
}

local LONGEST = 512

portrule = function(_, port)
  return port.protocol == "tcp" and port.state == "open" and not NOT_OURS[port.service or ""]
end

-- Makes octets fit for one line: a line break is shown as a bar, other control octets as what they are in hexadecimal.
local function on_one_line(octets)
  local text = octets:gsub("%s+$", "")
  text = text:gsub("\r?\n", " | ")
  return (text:gsub("[%c\x7f-\xff]", function(octet) return ("\\x%02X"):format(octet:byte()) end))
end

local function pair_in_order(names, values)
  return setmetatable({}, {
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
end

action = function(host, port)
  local wait = tonumber(nmap.registry.args["sonde-banner.wait"]) or 3
  local socket = nmap.new_socket()
  socket:set_timeout(math.floor(math.max(0.1, math.min(wait, 60)) * 1000))
  local is_tls = port.version and port.version.service_tunnel == "ssl"
  if not socket:connect(host, port, is_tls and "ssl" or "tcp") then return nil end
  local received, octets = socket:receive()
  socket:close()
  if not received then return nil end

  local banner = on_one_line(octets:sub(1, LONGEST))
  if banner == "" then return nil end
  return pair_in_order({"banner", "octets"}, {banner = banner, octets = #octets}), banner
end
