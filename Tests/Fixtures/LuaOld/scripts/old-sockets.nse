-- SPDX-License-Identifier: Apache-2.0
--
-- What sockets said to scripts of Nmap 5.00, and how they read up to a delimiter.

categories = {"safe"}

require "stdnse"

portrule = function() return true end

local function expect(label, expected, ...)
  local parts = {...}
  for i = 1, select("#", ...) do parts[i] = tostring(parts[i]) end
  local text = table.concat(parts, ",")
  assert(text == expected, label .. ": " .. string.format("%q", text))
end

local function open(host, port, orders)
  local s = nmap.new_socket()
  assert(s:connect(host.ip, port.number))
  s:send(orders .. "\n")
  return s
end

action = function(host, port)
  local s = nmap.new_socket()
  expect("send", "false,Trying to send through a closed socket\n", s:send("x"))
  expect("receive", "false,Trying to receive through a closed socket\n", s:receive())
  expect("receive_lines", "false,Trying to receive lines through a closed socket\n", s:receive_lines(1))
  expect("receive_bytes", "false,Trying to receive bytes through a closed socket\n", s:receive_bytes(1))
  expect("receive_buf", "false,Trying to receive through a closed socket\n", s:receive_buf("x", 1))
  expect("get_info", "false,Trying to get info from a closed socket\n", s:get_info())
  expect("close", "false,Trying to close a closed socket\n", s:close())

  s = open(host, port, "613b627c63 close") -- a;b|c
  expect("up to the delimiter", "true,a", s:receive_buf(";"))
  expect("any value says whether it is kept", "true,b|", s:receive_buf("|", 1))
  expect("what is left at the end comes once", "true,c", s:receive_buf(";", false))
  expect("then the end", "nil,EOF", s:receive_buf(";", false))
  s:close()

  s = open(host, port, "6162 close")
  local ok, text = s:receive_buf(function() error("mine", 0) end, true)
  expect("an error of the delimiter", "false,Error inside splitting-function: mine", ok, text)
  expect("an empty match", "true,", s:receive_buf("()", true))
  s:receive()
  expect("other calls forget what was left", "nil,EOF", s:receive_buf("ab", true))
  s:close()
  return "all is well"
end
