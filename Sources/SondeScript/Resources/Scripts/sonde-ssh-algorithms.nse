-- SPDX-License-Identifier: Apache-2.0

local nmap = require "nmap"

description = [[
Shows how an SSH server identifies itself and which algorithms it offers for
key exchange, host keys, encryption, integrity and compression.

Reads the first message of the key exchange (RFC 4253, section 7.1) and goes
no further.
]]

---
-- @usage
-- sonde --script sonde-ssh-algorithms -p 22 <target>
--
-- @output
-- 22/tcp open  ssh
-- | sonde-ssh-algorithms:
-- |   ident: SSH-2.0-Example_1.0
-- |   key_exchange:
-- |     curve25519-sha256
-- |   host_keys:
-- |     ssh-ed25519
-- |   encryption:
-- |     aes128-ctr
-- |   integrity:
-- |     hmac-sha2-256
-- |   compression:
-- |_    none
--
-- @xmloutput
-- <elem key="ident">SSH-2.0-Example_1.0</elem>
-- <table key="key_exchange">
--   <elem>curve25519-sha256</elem>
-- </table>

author = "The Sonde contributors"
license = "Apache-2.0"
categories = {"discovery", "safe"}

-- The largest packet that every implementation must take: RFC 4253, section 6.1.
local LARGEST_PACKET = 35000
local KEXINIT = 20

portrule = function(_, port)
  return port.protocol == "tcp" and port.state == "open" and (port.service == "ssh" or port.number == 22)
end

-- Lines before the identification are allowed and skipped.
local function read_ident(socket)
  for _ = 1, 50 do
    local received, line = socket:receive_buf(function(buffer)
      local first, last = buffer:find("\r?\n")
      if not first and #buffer > 1024 then return #buffer, #buffer end
      return first, last
    end, false)
    if not received then return nil end
    if line:find("^SSH%-") then return line end
  end
end

-- The payload of the next packet, before encryption has begun.
local function read_payload(socket)
  local received, packet = socket:receive_buf(function(buffer)
    if #buffer < 5 then return nil end
    local last = 4 + (">I4"):unpack(buffer)
    if last < 6 or last > LARGEST_PACKET then return #buffer, #buffer end
    if #buffer >= last then return last, last end
  end, true)
  if not received or #packet < 6 then return nil end
  local length, padding = (">I4B"):unpack(packet)
  if length + 4 ~= #packet or padding + 2 > length then return nil end
  return packet:sub(6, #packet - padding)
end

-- The ten lists of names of the message, in the order of RFC 4253; nothing if it is malformed.
local function name_lists(payload)
  if not payload or #payload < 17 or payload:byte() ~= KEXINIT then return nil end
  local lists, place = {}, 18
  for number = 1, 10 do
    local whole, text, after = pcall(string.unpack, ">s4", payload, place)
    if not whole then return nil end
    local names = {}
    for name in text:gmatch("[^,]+") do names[#names + 1] = name end
    lists[number], place = names, after
  end
  return lists
end

local function pair_in_order(names, values)
  return setmetatable({}, {
    __pairs = function()
      local place = 0
      return function()
        -- Fields without a value are left out.
        repeat place = place + 1 until names[place] == nil or values[names[place]] ~= nil
        local name = names[place]
        if name then return name, values[name] end
      end
    end,
    __index = values,
  })
end

-- Puts what differs between the directions into two fields, what does not into one.
local function add_both(found, name, to_server, to_client)
  if table.concat(to_server, ",") == table.concat(to_client, ",") then
    found[name] = to_server
  else
    found[name .. "_to_server"], found[name .. "_to_client"] = to_server, to_client
  end
end

action = function(host, port)
  local socket = nmap.new_socket()
  socket:set_timeout(7000)
  if not socket:connect(host, port) then return nil end
  local found = {ident = read_ident(socket)}
  local lists
  if found.ident and found.ident:find("^SSH%-2") or found.ident and found.ident:find("^SSH%-1%.99") then
    socket:send("SSH-2.0-Sonde\r\n")
    lists = name_lists(read_payload(socket))
  end
  socket:close()
  if not found.ident then return nil end

  if lists then
    found.key_exchange, found.host_keys = lists[1], lists[2]
    add_both(found, "encryption", lists[3], lists[4])
    add_both(found, "integrity", lists[5], lists[6])
    add_both(found, "compression", lists[7], lists[8])
  end
  return pair_in_order({
    "ident", "key_exchange", "host_keys", "encryption", "encryption_to_server", "encryption_to_client",
    "integrity", "integrity_to_server", "integrity_to_client",
    "compression", "compression_to_server", "compression_to_client",
  }, found)
end
