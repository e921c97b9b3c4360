-- SPDX-License-Identifier: Apache-2.0

local nmap = require "nmap"

description = [[
Example: one at a time.

Instances of a script run side by side, one for each port. Here each takes
its turn in a section that only one may be in, and tells what it found there.
]]

---
-- @usage
-- sonde --script example-mutex -p 21,22,25,80 <target>
--
-- @output
-- 21/tcp open  ftp
-- |_example-mutex: turn 1, alone as promised

author = "The Sonde contributors"
license = "Apache-2.0"
categories = {"example", "safe"}

portrule = function(_, port) return port.protocol == "tcp" and port.state == "open" end

action = function()
  -- Whoever asks for the mutex of the same text gets the same one, whatever script asks.
  local turns = nmap.mutex("example-mutex: turns")
  -- The registry is what all instances share; variables of the file are each instance's own.
  local shared = nmap.registry["example-mutex"] or {turn = 0, inside = 0}
  nmap.registry["example-mutex"] = shared

  turns("lock") -- waits until nobody else has it; others go on meanwhile
  shared.turn, shared.inside = shared.turn + 1, shared.inside + 1
  nmap.socket.sleep(0.01) -- gives every other instance its chance to disturb
  local turn, inside = shared.turn, shared.inside
  shared.inside = shared.inside - 1
  turns("done") -- an instance that ends with an error gives it back as well

  return ("turn %d, %s"):format(turn, inside == 1 and "alone as promised" or "not alone!")
end
