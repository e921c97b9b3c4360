-- SPDX-License-Identifier: Apache-2.0

local nmap = require "nmap"
local openssl = require "openssl"

description = [[
Shows the host keys of an SSH server with their SHA-256 fingerprints, as
ssh-keygen -l prints them.

Begins one key exchange for each kind of key that the server offers and
ends it when the server has shown its key. The server's signature is not
checked, so the output says what the server claims, not what it proved.
]]

---
-- @usage
-- sonde --script sonde-ssh-hostkey -p 22 <target>
--
-- @output
-- 22/tcp open  ssh
-- | sonde-ssh-hostkey:
-- |   256 SHA256:1ZSIRHlYu3nhcTR2QwHIVm5MDyaCJlTw0bjSRGYMnVk (ssh-ed25519)
-- |_  3072 SHA256:9Wl5OJgHjjVYhX4rXR1UZoeEY3Uq2oqa0jpjcYlTuHw (ssh-rsa)
--
-- @xmloutput
-- <table>
--   <elem key="type">ssh-ed25519</elem>
--   <elem key="bits">256</elem>
--   <elem key="fingerprint">SHA256:1ZSIRHlYu3nhcTR2QwHIVm5MDyaCJlTw0bjSRGYMnVk</elem>
--   <elem key="key">AAAAC3NzaC1lZDI1NTE5...</elem>
-- </table>

author = "The Sonde contributors"
license = "Apache-2.0"
categories = {"default", "discovery", "safe"}

local LARGEST_PACKET = 35000
local DISCONNECT, KEXINIT, KEX_FIRST, KEX_REPLY = 1, 20, 30, 31

-- The kinds of keys, and the signature algorithms that show each: the first the server knows is asked for.
local KINDS = {
  {"ssh-ed25519"},
  {"ecdsa-sha2-nistp256"},
  {"ecdsa-sha2-nistp384"},
  {"ecdsa-sha2-nistp521"},
  {"rsa-sha2-512", "rsa-sha2-256", "ssh-rsa"},
  {"ssh-dss"},
}

-- The primes of group 1 (RFC 2409, section 6.2) and group 14 (RFC 3526, section 3), which begin alike.
local PRIME_1024 = "FFFFFFFFFFFFFFFFC90FDAA22168C234C4C6628B80DC1CD129024E088A67CC74"
  .. "020BBEA63B139B22514A08798E3404DDEF9519B3CD3A431B302B0A6DF25F1437"
  .. "4FE1356D6D51C245E485B576625E7EC6F44C42E9A637ED6B0BFF5CB6F406B7ED"
  .. "EE386BFB5A899FA5AE9F24117C4B1FE649286651ECE65381FFFFFFFFFFFFFFFF"
local PRIME_2048 = PRIME_1024:sub(1, 216)
  .. "7C4B1FE649286651ECE45B3DC2007CB8A163BF0598DA48361C55D39A69163FA8"
  .. "FD24CF5F83655D23DCA3AD961C62F356208552BB9ED529077096966D670C354E"
  .. "4ABC9804F1746C08CA18217C32905E462E36CE3BE39E772C180E86039B2783A2"
  .. "EC07A28FB5C55DF06F4C52C9DE2BCBF6955817183995497CEA956AE515D22618"
  .. "98FA051015728E5A8AACAA68FFFFFFFFFFFFFFFF"

portrule = function(_, port)
  return port.protocol == "tcp" and port.state == "open" and (port.service == "ssh" or port.number == 22)
end

-- A number as RFC 4251, section 5 writes it.
local function mpint(octets)
  if octets:byte() and octets:byte() >= 0x80 then octets = "\0" .. octets end
  return (">s4"):pack(octets)
end

-- Our half of a Diffie-Hellman exchange over a prime.
local function half_exchange(prime)
  local secret = openssl.bignum_bin2bn(openssl.rand_bytes(32))
  local two = openssl.bignum_dec2bn("2")
  return mpint(openssl.bignum_bn2bin(openssl.bignum_mod_exp(two, secret, openssl.bignum_hex2bn(prime))))
end

-- Any 32 octets are a public value of Curve25519, and nothing here needs the secret that belongs to it.
local function curve_point() return (">s4"):pack(openssl.rand_bytes(32)) end

local METHODS = {
  {"curve25519-sha256", curve_point},
  {"curve25519-sha256@libssh.org", curve_point},
  {"diffie-hellman-group14-sha256", function() return half_exchange(PRIME_2048) end},
  {"diffie-hellman-group14-sha1", function() return half_exchange(PRIME_2048) end},
  {"diffie-hellman-group1-sha1", function() return half_exchange(PRIME_1024) end},
}

-- Packets -----------------------------------------------------------------------

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

-- The next payload of a kind; what else may come in between is skipped.
local function await(socket, kind)
  for _ = 1, 10 do
    local payload = read_payload(socket)
    if not payload or payload:byte() == DISCONNECT then return nil end
    if payload:byte() == kind then return payload end
  end
end

-- Packets are whole blocks of eight octets, with at least four of padding: RFC 4253, section 6.
local function packet(payload)
  local padding = 8 - (#payload + 5) % 8
  if padding < 4 then padding = padding + 8 end
  return (">I4B"):pack(#payload + 1 + padding, padding) .. payload .. openssl.rand_bytes(padding)
end

-- The texts of the ten lists of names; nothing if the message is malformed.
local function name_lists(payload)
  if #payload < 17 then return nil end
  local lists, place = {}, 18
  for number = 1, 10 do
    local whole, text, after = pcall(string.unpack, ">s4", payload, place)
    if not whole then return nil end
    lists[number], place = text, after
  end
  return lists
end

local function offers(list, name) return ("," .. list .. ","):find("," .. name .. ",", 1, true) ~= nil end

-- The exchange ------------------------------------------------------------------

-- One signature algorithm for each kind of key that the server has.
local function wanted_algorithms(offered)
  local wanted = {}
  for _, kind in ipairs(KINDS) do
    for _, algorithm in ipairs(kind) do
      if offers(offered, algorithm) then
        wanted[#wanted + 1] = algorithm
        break
      end
    end
  end
  return wanted
end

-- Asks for the key that one algorithm shows.
--
-- Without an algorithm: the first that the server offers and we know.
-- Gives the key's octets or nothing, then all algorithms worth asking for.
local function host_key(socket, algorithm)
  if not read_ident(socket) then return nil end
  socket:send("SSH-2.0-Sonde\r\n")
  local payload = await(socket, KEXINIT)
  local lists = payload and name_lists(payload)
  if not lists then return nil end
  local wanted = wanted_algorithms(lists[2])
  algorithm = algorithm or wanted[1]
  for _, method in ipairs(METHODS) do
    if algorithm and offers(lists[1], method[1]) then
      -- What the server offers for the rest suits us: it is never used.
      local ours = {string.char(KEXINIT), openssl.rand_bytes(16), (">s4s4"):pack(method[1], algorithm)}
      for number = 3, 10 do ours[#ours + 1] = (">s4"):pack(lists[number]) end
      ours[#ours + 1] = "\0\0\0\0\0"
      socket:send(packet(table.concat(ours)) .. packet(string.char(KEX_FIRST) .. method[2]()))
      local reply = await(socket, KEX_REPLY)
      local whole, key = pcall(string.unpack, ">s4", reply or "", 2)
      return whole and key or nil, wanted
    end
  end
  return nil, wanted
end

local function fetch(host, port, algorithm)
  local socket = nmap.new_socket()
  socket:set_timeout(7000)
  if not socket:connect(host, port) then return nil end
  local key, wanted = host_key(socket, algorithm)
  socket:close()
  return key, wanted
end

-- Output ------------------------------------------------------------------------

local function base64(octets)
  local alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
  local text = {}
  for place = 1, #octets, 3 do
    local a, b, c = octets:byte(place, place + 2)
    local group = a << 16 | (b or 0) << 8 | (c or 0)
    for shift = 18, 0, -6 do
      local index = (group >> shift & 63) + 1
      text[#text + 1] = alphabet:sub(index, index)
    end
    if not b then text[#text - 1] = "=" end
    if not c then text[#text] = "=" end
  end
  return table.concat(text)
end

-- The size of a key as people count it; nothing for kinds we do not know.
local function bits_of(key)
  local kind, place = (">s4"):unpack(key)
  if kind == "ssh-ed25519" then return 256 end
  local curve = kind:match("^ecdsa%-sha2%-nistp(%d+)$")
  if curve then return tonumber(curve) end
  -- RSA: exponent, then modulus. DSA: the prime.
  local number = (">s4"):unpack(key, place)
  if kind == "ssh-rsa" then number = (">s4"):unpack(key, select(2, (">s4"):unpack(key, place))) end
  number = number:gsub("^\0+", "")
  local first = number:byte() or 0
  local bits = #number * 8
  for shift = 7, 1, -1 do
    if first >> shift & 1 == 1 then break end
    bits = bits - 1
  end
  return bits
end

local function pair_in_order(names, values, text)
  return setmetatable({}, {
    __pairs = function()
      local place = 0
      return function()
        place = place + 1
        local name = names[place]
        if name then return name, values[name] end
      end
    end,
    __index = values,
    __tostring = function() return text end,
  })
end

local function described(key)
  local whole, kind = pcall(string.unpack, ">s4", key)
  local counted, bits = pcall(bits_of, key)
  if not whole or not counted then return nil end
  local fingerprint = "SHA256:" .. base64(openssl.digest("sha256", key)):gsub("=+$", "")
  local text = ("%d %s (%s)"):format(bits, fingerprint, kind)
  return pair_in_order({"type", "bits", "fingerprint", "key"}, {
    type = kind, bits = bits, fingerprint = fingerprint, key = base64(key),
  }, text), text
end

action = function(host, port)
  local keys, lines = {}, {}
  local function add(key)
    local entry, text = described(key)
    if entry then keys[#keys + 1], lines[#lines + 1] = entry, text end
  end
  local first, wanted = fetch(host, port)
  if first then add(first) end
  for number = 2, #(wanted or {}) do
    local key = fetch(host, port, wanted[number])
    if key then add(key) end
  end
  if #keys == 0 then return nil end
  return keys, "\n  " .. table.concat(lines, "\n  ")
end
