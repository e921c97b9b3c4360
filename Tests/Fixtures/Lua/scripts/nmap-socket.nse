-- SPDX-License-Identifier: Apache-2.0
local check = require "check"
local nmap = require "nmap"
local table = require "table"

categories = {"safe"}

prerule = function() return true end

local is, raises = check.is, check.raises
local fresh_text = "socket must be connected"

-- The reference of version 7.93 raises where its successor, and we, answer `false, text`.
local function fresh(label, f, ...)
  local results = table.pack(pcall(f, ...))
  check.differs(label, 'true, false, "' .. fresh_text .. '"', 'false, "' .. fresh_text .. '"',
    table.unpack(results, 1, results.n))
end

local function making()
  raises("new_socket of another protocol", "bad argument #1 to 'f' (invalid option 'sctp')", function()
    local f = nmap.new_socket
    f("sctp")
  end)
  raises("new_socket of another family", "bad argument #2 to 'f' (invalid option 'inet9')", function()
    local f = nmap.new_socket
    f("tcp", "inet9")
  end)
  local s = nmap.new_socket()
  is("a socket", '"userdata", "userdata: 0x", {}', type(s), tostring(s), getmetatable(s))
  raises("no such method", "attempt to call a nil value (method 'nosuch')", function() s:nosuch() end)
  for _, name in ipairs {"send", "receive", "receive_bytes", "receive_lines", "receive_buf", "get_info", "close",
    "get_ssl_certificate", "reconnect_ssl", "sendto", "set_timeout", "bind", "connect"} do
    raises(name .. " of no socket", "bad argument #1 to '?' (nsock expected, got table)", s[name], {})
  end
end

local function before_connect()
  local s = nmap.new_socket()
  fresh("send", s.send, s, "x")
  fresh("send without data", s.send, s)
  fresh("receive", s.receive, s)
  fresh("receive_bytes", s.receive_bytes, s, 1)
  fresh("receive_bytes of a text", s.receive_bytes, s, "x")
  fresh("receive_lines", s.receive_lines, s, 1)
  fresh("receive_buf", s.receive_buf, s, "x", true)
  fresh("receive_buf of a number", s.receive_buf, s, 5, true)
  fresh("get_info", s.get_info, s)
  fresh("reconnect_ssl", s.reconnect_ssl, s)
  fresh("sendto", s.sendto, s, "127.0.0.1", 1, "x")
  raises("get_ssl_certificate", "bad argument #1 to '?' (not a SSL socket)", s.get_ssl_certificate, s)
  is("close", 'false, "socket already closed"', s:close())
end

local function settings()
  local s = nmap.new_socket()
  is("set_timeout", "true, true, true", s:set_timeout(-1), s:set_timeout(0), s:set_timeout(1.7))
  raises("set_timeout of a text", "bad argument #2 to '?' (number expected, got string)", s.set_timeout, s, "x")
  is("a timeout below -1 is refused", "false", (pcall(s.set_timeout, s, -2)))
  raises("bind without a port", "bad argument #3 to '?' (number expected, got nil)", s.bind, s, nil, nil)
  is("bind", "true, true", s:bind(nil, 0), s:bind("127.0.0.1", 0))
  is("bind of a name", 'false, "getaddrinfo: Name or service not known"', s:bind("localhost", 0))
  raises("connect to nil", "bad argument #2 to '?' (string expected, got nil)", s.connect, s, nil, 80)
  raises("connect to an empty table", "bad argument #2 to '?' (host table lacks 'ip' or 'targetname' fields)",
    s.connect, s, {}, 80)
  raises("connect to no port", "bad argument #3 to '?' (number expected, got no value)", s.connect, s, "127.0.0.1")
  raises("connect to an empty port table", "bad argument #3 to '?' (port table lacks integer 'number' field)",
    s.connect, s, "127.0.0.1", {})
  raises("connect to a port table with a float", "bad argument #3 to '?' (port table lacks integer 'number' field)",
    s.connect, s, "127.0.0.1", {number = 1.0})
  raises("connect by another protocol", "bad argument #4 to '?' (invalid option 'sctp')", s.connect, s, "127.0.0.1",
    1, "sctp")
  raises("connect to a port of another protocol", "bad argument #4 to '?' (invalid option 'sctp')", s.connect, s,
    "127.0.0.1", {number = 1, protocol = "sctp"})
  is("a refused port", 'nil, "ERROR"', s:connect("127.0.0.1", 1))
  is("a refused port in tables", 'nil, "ERROR"', s:connect({ip = "127.0.0.1"}, {number = 1}))
end

local function datagrams()
  local s = nmap.new_socket("udp")
  s:set_timeout(30)
  is("before traffic", 'true, "unknown protocol", 0, "unknown protocol", 0', s:get_info())
  is("send without a peer", 'nil, "ERROR"', s:send("x"))
  is("sendto", "true", s:sendto("127.0.0.1", 1, "x"))
  local _, local_ip, _, remote_ip, remote_port = s:get_info()
  is("after sendto", '"0.0.0.0", "127.0.0.1", 1', local_ip, remote_ip, remote_port)
  is("receive", 'nil, "TIMEOUT"', s:receive())
  is("receive_lines", 'nil, "TIMEOUT"', s:receive_lines(1))
  is("sendto another family", 'nil, "ERROR"', s:sendto("::1", 1, "x"))
  raises("sendto nobody", "bad argument #2 to '?' (string expected, got no value)", s.sendto, s)
  raises("sendto an empty table", "bad argument #2 to '?' (host table lacks 'ip' or 'targetname' fields)",
    s.sendto, s, {}, 1, "x")
  is("close", "true", s:close())
  is("connect", "true", s:connect("127.0.0.1", 1, "udp"))
  is("the first send", "true", s:send("x"))
  is("the second one learns of the refusal", 'nil, "ERROR"', s:send("x"))
  is("close", "true", s:close())
end

action = function()
  making()
  before_connect()
  settings()
  datagrams()
  return check.report()
end
