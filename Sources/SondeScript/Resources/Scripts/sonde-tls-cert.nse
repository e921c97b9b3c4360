-- SPDX-License-Identifier: Apache-2.0

local nmap = require "nmap"

description = [[
Shows whom the certificate of a TLS server names, who issued it, for which
names and how long it is valid, its key and its SHA-256 fingerprint.

Mail and file transfer servers that begin in the clear are asked to change
to TLS (STARTTLS, STLS, AUTH TLS). Nothing is verified.
]]

---
-- @usage
-- sonde --script sonde-tls-cert -p 25,443,993 <target>
--
-- @output
-- 443/tcp open  https
-- | sonde-tls-cert:
-- |   subject: CN=www.example.test, O=Example
-- |   issuer: CN=Example authority
-- |   names: DNS:www.example.test, DNS:example.test
-- |   key: rsa 2048
-- |   signature: sha256WithRSAEncryption
-- |   not_before: 2026-01-01T00:00:00Z
-- |   not_after: 2027-01-01T00:00:00Z
-- |   state: valid
-- |_  sha256: 5d:09:...
--
-- @xmloutput
-- <elem key="subject">CN=www.example.test, O=Example</elem>
-- <elem key="state">valid</elem>

author = "The Sonde contributors"
license = "Apache-2.0"
categories = {"default", "discovery", "safe"}

-- Services that speak TLS from the first octet on.
local TLS_NAMES = {
  https = true, ["https-alt"] = true, smtps = true, imaps = true, pop3s = true, ldaps = true, ftps = true,
  ["domain-s"] = true, telnets = true,
}
local TLS_NUMBERS = {
  [443] = true, [465] = true, [636] = true, [853] = true, [990] = true, [992] = true, [993] = true, [995] = true,
  [8443] = true,
}

-- How services that begin in the clear are asked for TLS: what to send, and how the last line of each answer begins.
local UPGRADES = {
  ftp = {greeting = "^220 ", {"AUTH TLS\r\n", "^234"}},
  imap = {greeting = "^%* ", {"a1 STARTTLS\r\n", "^a1 OK"}},
  pop3 = {greeting = "^%+OK", {"STLS\r\n", "^%+OK"}},
  smtp = {greeting = "^220 ", {"EHLO [127.0.0.1]\r\n", "^250 "}, {"STARTTLS\r\n", "^220"}},
}
local UPGRADE_NUMBERS = {[21] = "ftp", [25] = "smtp", [110] = "pop3", [143] = "imap", [587] = "smtp"}
local UPGRADE_NAMES = {ftp = "ftp", imap = "imap", pop3 = "pop3", smtp = "smtp", submission = "smtp"}

local function begins_with_tls(port)
  return port.version and port.version.service_tunnel == "ssl" or TLS_NAMES[port.service or ""]
    or TLS_NUMBERS[port.number] or false
end

local function upgrade_for(port)
  return UPGRADES[UPGRADE_NAMES[port.service or ""] or UPGRADE_NUMBERS[port.number]]
end

portrule = function(_, port)
  if port.protocol ~= "tcp" or port.state ~= "open" then return false end
  return begins_with_tls(port) or upgrade_for(port) ~= nil
end

-- Reads lines until one begins as expected: whether that came.
local function expect(socket, pattern)
  for _ = 1, 100 do
    local received, line = socket:receive_buf(function(buffer)
      local first, last = buffer:find("\r?\n")
      if not first and #buffer > 4096 then return #buffer, #buffer end
      return first, last
    end, false)
    if not received then return false end
    if line:find(pattern) then return true end
    -- The same code with a hyphen is a line that goes on; another code, NO, BAD or -ERR is a refusal.
    if line:find("^[45]%d%d") or line:find("^a1 ") or line:find("^%-ERR") then return false end
  end
  return false
end

local function change_to_tls(socket, upgrade)
  if not expect(socket, upgrade.greeting) then return false end
  for _, step in ipairs(upgrade) do
    if not socket:send(step[1]) or not expect(socket, step[2]) then return false end
  end
  return (socket:reconnect_ssl())
end

local function certificate_of(host, port)
  local socket = nmap.new_socket()
  socket:set_timeout(10000)
  local upgrade = not begins_with_tls(port) and upgrade_for(port) or nil
  local connected = socket:connect(host, port, upgrade and "tcp" or "ssl")
  if connected and upgrade then connected = change_to_tls(socket, upgrade) end
  local certificate = connected and socket:get_ssl_certificate() or nil
  -- The certificate stays valid after its connection.
  socket:close()
  return certificate
end

local SHORT = {
  {"commonName", "CN"}, {"organizationalUnitName", "OU"}, {"organizationName", "O"}, {"localityName", "L"},
  {"stateOrProvinceName", "ST"}, {"countryName", "C"}, {"emailAddress", "emailAddress"},
}

local function name_text(name)
  local parts, done = {}, {}
  for _, pair in ipairs(SHORT) do
    local value = name[pair[1]]
    if value then parts[#parts + 1], done[pair[1]] = pair[2] .. "=" .. value, true end
  end
  local others = {}
  for key, value in pairs(name) do
    if not done[key] then
      others[#others + 1] = (type(key) == "table" and table.concat(key, ".") or key) .. "=" .. value
    end
  end
  table.sort(others)
  table.move(others, 1, #others, #parts + 1, parts)
  return table.concat(parts, ", ")
end

local function key_text(key)
  local curve = key.ecdhparams and key.ecdhparams.curve_params and key.ecdhparams.curve_params.curve
  return curve and ("%s %d (%s)"):format(key.type, key.bits, curve) or ("%s %d"):format(key.type, key.bits)
end

-- As in RFC 3339, so that moments can be compared as texts.
local function moment_text(moment)
  if type(moment) ~= "table" then return moment end
  return ("%04d-%02d-%02dT%02d:%02d:%02dZ"):format(
    moment.year, moment.month, moment.day, moment.hour, moment.min, moment.sec)
end

local function state_of(validity)
  local now = os.date("!%Y-%m-%dT%H:%M:%SZ", math.floor(nmap.clock()))
  local first, last = moment_text(validity.notBefore), moment_text(validity.notAfter)
  if last and now > last then return "expired" end
  if first and now < first then return "not valid yet" end
  return "valid"
end

local function alternative_names(certificate)
  for _, extension in ipairs(certificate.extensions or {}) do
    if extension.name == "X509v3 Subject Alternative Name" then return extension.value end
  end
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

action = function(host, port)
  local certificate = certificate_of(host, port)
  if not certificate then return nil end
  local digest = certificate:digest("sha256")
  local names = {
    "subject", "issuer", "names", "key", "signature", "not_before", "not_after", "state", "sha256",
  }
  local validity = certificate.validity or {}
  return pair_in_order(names, {
    subject = name_text(certificate.subject),
    issuer = name_text(certificate.issuer),
    names = alternative_names(certificate),
    key = certificate.pubkey and key_text(certificate.pubkey),
    signature = certificate.sig_algorithm,
    not_before = moment_text(validity.notBefore),
    not_after = moment_text(validity.notAfter),
    state = state_of(validity),
    sha256 = digest and (digest:gsub(".", function(octet) return (":%02x"):format(octet:byte()) end):sub(2)),
  })
end
