-- SPDX-License-Identifier: Apache-2.0
--
-- In the manner of libraries of Nmap 5.00: a module that is its own environment.

local tostring = tostring

module(... or "stdnse", package.seeall)

counter = 0

function next_number()
  counter = counter + 1
  return counter
end

function join(separator, list)
  local parts = {}
  for _, value in ipairs(list) do parts[#parts + 1] = tostring(value) end
  return table.concat(parts, separator)
end
