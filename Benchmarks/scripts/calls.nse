-- SPDX-License-Identifier: Apache-2.0
-- What one call of a function of the host costs. The C program of ../baseline runs this file too.

local nmap = require "nmap"

description = [[Calls a function that gives a number, as often as the argument `total` says, and tells the nanoseconds of a call.]]
author = "The Sonde authors"
license = "Apache-2.0"
categories = {"safe"}

prerule = function() return true end

action = function()
  local total = tonumber(nmap.registry.args.total)
  local call, clock = nmap.verbosity, os.clock
  local least = math.huge
  for _ = 1, 10 do
    local began = clock()
    for _ = 1, total / 10 do call() end
    least = math.min(least, clock() - began)
  end
  return ("nanoseconds=%.2f"):format(least / (total / 10) * 1e9)
end
