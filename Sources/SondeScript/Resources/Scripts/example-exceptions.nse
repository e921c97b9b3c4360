-- SPDX-License-Identifier: Apache-2.0

local nmap = require "nmap"

description = [[
Example: errors without a test after each step.

What goes through the function made by nmap.new_try either gives its results
or ends the script quietly, after a last call that cleans up.
]]

---
-- @usage
-- sonde --script example-exceptions -p 80 <target>
--
-- @output
-- 80/tcp open  http
-- |_example-exceptions: 6 header fields in 236 octets

author = "The Sonde contributors"
license = "Apache-2.0"
categories = {"example", "safe"}

portrule = function(_, port)
  return port.protocol == "tcp" and port.state == "open" and (port.service == "http" or port.number == 80)
end

-- Functions of our own fit in if they keep to the same custom: true and results, or false and the reason.
local function count_fields(head)
  if not head:find("^HTTP/") then return false, "this is not HTTP" end
  local _, count = head:gsub("\n[^:%s]+:", "")
  return true, count
end

action = function(host, port)
  local socket = nmap.new_socket()
  local try = nmap.new_try(function() socket:close() end)

  socket:set_timeout(5000)
  try(socket:connect(host, port))
  try(socket:send("HEAD / HTTP/1.0\r\n\r\n"))
  local head = try(socket:receive_buf("\r?\n\r?\n", true))
  local count = try(count_fields(head))
  socket:close()
  return ("%d header fields in %d octets"):format(count, #head)
end
