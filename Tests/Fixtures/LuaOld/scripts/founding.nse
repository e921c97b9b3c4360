-- SPDX-License-Identifier: Apache-2.0
--
-- What the programming page of Nmap 5.00 showed: sockets, a mutex, exceptions and the registry, in its manner.

description = "Old scripts had to have one."
author = "The authors of Sonde"
license = "Apache-2.0"
id = "ignored"
categories = {"safe"}

require("nmap")
require "portlist"

portrule = portlist.any

local mutex = nmap.mutex("one at a time")

function action(host, port)
  -- Connect-style I/O.
  local socket = nmap.new_socket()
  socket:set_timeout(1000)
  local try = nmap.new_try(function() socket:close() end)
  try(socket:connect(host.ip, port.number))
  try(socket:send("6c6f67696e0a close\n"))
  response = try(socket:receive())
  socket:close()
  assert(response == "login\n", response)

  -- Exceptions: the handler is called, the rest is not run.
  local handled
  local caught = nmap.new_try(function() handled = true end)
  assert(not pcall(function() caught(socket:connect(host.ip, 1)) end) and handled)
  local lines = nmap.new_socket()
  try(lines:connect(host.ip, port.number))
  try(lines:send("6f6e650a echo\n"))
  local result = try(lines:receive_lines(1))
  try(lines:send(result))
  lines:close()

  -- A mutex.
  mutex "lock"
  assert(mutex "trylock" == false and mutex "running" == coroutine.running())
  mutex "done"

  -- The registry.
  nmap.registry.founding = nmap.registry.founding or {}
  table.insert(nmap.registry.founding, host.ip)
  assert(table.getn(nmap.registry.founding) == 1)

  -- The tables.
  assert(host.name == "" and host.targetname == nil and type(host.bin_ip) == "string" and host.os == nil)
  assert(port.state == "open" and port.version.service_tunnel == "none" and port.version.name_confidence == 3)
  assert(port.version.rpc_status == "untested" and port.version.rpc_program == nil)
  return "all is well"
end
