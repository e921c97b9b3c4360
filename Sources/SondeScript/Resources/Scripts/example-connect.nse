-- SPDX-License-Identifier: Apache-2.0

local nmap = require "nmap"

description = [[
Example: a connection from beginning to end.

Connects, reads the first line of a server that greets its clients, says
good-bye, and shows the line together with both ends of the connection.
]]

---
-- @usage
-- sonde --script example-connect -p 21,25,110 <target>
--
-- @output
-- 21/tcp open  ftp
-- | example-connect:
-- |   first_line: 220 Example FTP server
-- |   from: 127.0.0.1 port 40112
-- |_  to: 127.0.0.1 port 21

author = "The Sonde contributors"
license = "Apache-2.0"
categories = {"example", "safe"}

local GREETS = {ftp = true, smtp = true, pop3 = true}

-- A rule decides by what the scan knows of a port; it opens no connection.
portrule = function(_, port)
  return port.protocol == "tcp" and port.state == "open" and (GREETS[port.service or ""] or false)
end

action = function(host, port)
  local socket = nmap.new_socket()
  socket:set_timeout(5000) -- milliseconds, for each operation that follows

  -- Every operation gives true and its results, or something false and a word that says why.
  local connected, problem = socket:connect(host, port)
  if not connected then return ("cannot connect: %s"):format(problem) end

  local received, text = socket:receive_lines(1)
  if not received then
    socket:close()
    return ("no greeting: %s"):format(text)
  end
  socket:send("QUIT\r\n")
  local _, our_address, our_port, address, number = socket:get_info()
  socket:close()

  -- A table is shown field by field, and keeps its structure in XML. receive_lines may give more than one line.
  return {
    first_line = text:match("^[^\r\n]*"),
    from = ("%s port %d"):format(our_address, our_port),
    to = ("%s port %d"):format(address, number),
  }
end
