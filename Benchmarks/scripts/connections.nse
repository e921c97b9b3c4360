-- SPDX-License-Identifier: Apache-2.0
-- Connections of several threads at a time, each: connect, receive a banner, close. The C program of ../baseline runs this file too.

local nmap = require "nmap"
local stdnse = require "stdnse"

description = [[Connects, receives and closes, as often as the argument `total` says.]]
author = "The Sonde authors"
license = "Apache-2.0"
categories = {"safe"}

prerule = function() return true end

action = function()
  local args = nmap.registry.args
  local total, width, port = tonumber(args.total), tonumber(args.width), tonumber(args.port)
  local running, failed = width, 0

  local function work(first)
    for number = first, total, width do
      local socket = nmap.new_socket()
      socket:set_timeout(10000)
      local fine, line = socket:connect("127.64.0." .. number % 50 + 1, port)
      if fine then fine, line = socket:receive() end
      socket:close()
      if not fine or line ~= "220 ready\r\n" then failed = failed + 1 end
    end
    running = running - 1
  end

  for first = 1, width do stdnse.new_thread(work, first) end
  while running > 0 do stdnse.sleep(0.01) end
  return ("connections=%d failed=%d"):format(total, failed)
end
