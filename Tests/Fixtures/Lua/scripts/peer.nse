-- SPDX-License-Identifier: Apache-2.0
local check = require "check"
local coroutine = require "coroutine"
local nmap = require "nmap"
local stdnse = require "stdnse"

categories = {"safe"}

portrule = function(host, port) return port.number ~= 7 end

local is, raises = check.is, check.raises

local function hex(s) return (s:gsub(".", function(c) return ("%02x"):format(c:byte()) end)) end

local function open(host, port, orders)
  local s = nmap.new_socket()
  is("connect", "true", s:connect(host, port))
  is("send", "true", s:send(orders .. "\n"))
  return s
end

local function receiving(host, port)
  local s = open(host, port, hex("one\ntwo\nrest") .. " close")
  stdnse.sleep(0.06)
  is("receive_lines gives all that came", 'true, "one\\ntwo\\nrest"', s:receive_lines(2))
  is("the end", 'nil, "EOF"', s:receive())
  is("again", "false", (s:receive()) and true or false)
  is("close", "true", s:close())
  s = open(host, port, hex("abc") .. " close")
  is("receive_bytes gives what there is", 'true, "abc"', s:receive_bytes(10))
  is("receive_bytes at the end", 'nil, "EOF"', s:receive_bytes(1))
  s:close()
  s = open(host, port, "echo")
  s:set_timeout(60)
  is("nothing comes", 'nil, "TIMEOUT"', s:receive())
  is("send of nothing", "true", s:send(""))
  is("send of a number", "true", s:send(12))
  is("receive_bytes(0) waits for one octet", 'true, "12"', s:receive_bytes(0))
  local ok, lip, lport, rip, rport = s:get_info()
  is("get_info", 'true, "127.0.0.1", "127.0.0.1", true', ok, lip, rip, rport == port.number and lport > 0)
  raises("get_ssl_certificate", "bad argument #1 to '?' (not a SSL socket)", s.get_ssl_certificate, s)
  is("close", "true", s:close())
  is("close again", 'false, "socket already closed"', s:close())
end

local function delimiters(host, port)
  local s = open(host, port, hex("a;b;c|d") .. " close")
  is("up to a pattern", 'true, "a"', s:receive_buf(";", false))
  is("with it", 'true, "b;"', s:receive_buf(function(text) return text:find(";", 1, true) end, true))
  is("numeric strings count", 'true, "c"', s:receive_buf(function() return "2", "2" end, false))
  raises("an empty match", "invalid indices for match", s.receive_buf, s, "()", true)
  raises("a match beyond the end", "invalid indices for match", s.receive_buf, s, function() return 1, 99 end, true)
  raises("an error of the delimiter", "mine", s.receive_buf, s, function() error("mine") end, true)
  raises("a delimiter that waits", "attempt to yield across a C-call boundary", s.receive_buf, s,
    function() nmap.socket.sleep(0) end, true)
  is("at the end", 'nil, "EOF"', s:receive_buf(";", true))
  is("what was left can still be matched", 'true, "d"', s:receive_buf("d", true))
  raises("a number as delimiter", "bad argument #2 to '?' (function/string expected, got number)", s.receive_buf, s,
    5, true)
  raises("no boolean", "bad argument #3 to '?' (boolean expected, got no value)", s.receive_buf, s, "x")
  s:close()
  s = open(host, port, hex("abc") .. " close")
  is("no delimiter comes", 'nil, "EOF"', s:receive_buf(";", true))
  is("what a failed call read is lost", 'nil, "EOF"', s:receive_buf("abc", true))
  s:close()
end

-- A socket in two coroutines, and two threads with one socket, end the reference's process.
local function owners(host, port)
  if check.is_reference() then return end
  local s = open(host, port, "echo")
  local ok, text = coroutine.resume(coroutine.create(function() return s:receive() end))
  is("another coroutine may not use it", "true", not ok and text:find("Invalid reuse of a socket from one thread to another.", 1,
    true) ~= nil)
  s:close()
end

local function closing_under_another(host, port)
  if check.is_reference() then return end
  local s, outcome = nmap.new_socket(), nil
  stdnse.new_thread(function()
    s:connect(host, port)
    s:send("stay\n")
    outcome = {s:receive()}
  end)
  stdnse.sleep(0.05)
  s:close()
  stdnse.sleep(0.02)
  is("a socket closed under a waiting thread", '{2="CANCELLED"}', outcome)
end

action = function(host, port)
  receiving(host, port)
  delimiters(host, port)
  owners(host, port)
  closing_under_another(host, port)
  return check.report()
end
