-- SPDX-License-Identifier: Apache-2.0
-- Threads that all wait for a silent service at once. The C program of ../baseline runs this file too.

local nmap = require "nmap"
local stdnse = require "stdnse"

description = [[Lets as many threads as the argument `count` says wait for data, and tells what Lua holds then.]]
author = "The Sonde authors"
license = "Apache-2.0"
categories = {"safe"}

prerule = function() return true end

action = function()
  local args = nmap.registry.args
  local count, port = tonumber(args.count), tonumber(args.port)
  local waiting, running, failed = 0, count, 0

  local function work(number)
    local socket = nmap.new_socket()
    socket:set_timeout(60000)
    local fine = socket:connect("127.64.0." .. number % 50 + 1, port)
    if not fine then failed = failed + 1 end
    waiting = waiting + 1
    if fine then socket:receive() end
    socket:close()
    running = running - 1
  end

  for number = 1, count do stdnse.new_thread(work, number) end
  while waiting < count do stdnse.sleep(0.01) end
  collectgarbage()
  local held = collectgarbage("count") * 1024
  -- One more connection to the next port tells the service to let all go.
  local socket = nmap.new_socket()
  socket:connect("127.64.0.1", port + 1)
  while running > 0 do stdnse.sleep(0.01) end
  socket:close()
  return ("held=%d failed=%d"):format(held, failed)
end
