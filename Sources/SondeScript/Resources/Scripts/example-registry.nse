-- SPDX-License-Identifier: Apache-2.0

local nmap = require "nmap"

description = [[
Example: instances of a script that work together.

Each instance leaves a note of its port in the registry, which lasts as long
as the scan and is seen by all scripts. When all is done, a last instance
sums the notes up.
]]

---
-- @usage
-- sonde --script example-registry -p 21-25,80 <target>
--
-- @output
-- Post-scan script results:
-- | example-registry:
-- |   http: 192.0.2.7 port 80, 192.0.2.9 port 80
-- |_  ssh: 192.0.2.7 port 22

author = "The Sonde contributors"
license = "Apache-2.0"
categories = {"example", "safe"}

-- Keys are shared by everybody: the script's name keeps them apart.
local KEY = "example-registry"

portrule = function(_, port) return port.state == "open" end

-- After the last host: only if there is something to sum up.
postrule = function() return nmap.registry[KEY] ~= nil end

local function note(host, port)
  local notes = nmap.registry[KEY] or {}
  nmap.registry[KEY] = notes
  local service = port.service or "unknown"
  notes[service] = notes[service] or {}
  table.insert(notes[service], ("%s port %d"):format(host.ip, port.number))
end

local function summary()
  local sums = {}
  for service, places in pairs(nmap.registry[KEY]) do
    table.sort(places)
    sums[service] = table.concat(places, ", ")
  end
  return sums
end

-- One action serves both rules; SCRIPT_TYPE tells which of them chose it.
action = function(host, port)
  if SCRIPT_TYPE == "postrule" then return summary() end
  note(host, port)
end
