-- SPDX-License-Identifier: Apache-2.0
--
-- Captures, raw packets and interfaces, on the loopback alone.

local check = require "check"
local nmap = require "nmap"
local stdnse = require "stdnse"
local string = require "string"

categories = {"safe"}

prerule = function() return true end

local is, raises = check.is, check.raises

local function interfaces()
  local found
  for _, entry in ipairs(nmap.list_interfaces()) do
    if entry.device == "lo" and entry.address == "127.0.0.1" then found = entry end
  end
  is("list_interfaces", '{address="127.0.0.1",device="lo",link="loopback",mtu=65536,netmask=8,shortname="lo",up="up"}',
    found)
  is("get_interface_info", "true", nmap.get_interface_info("lo").address == "127.0.0.1")
  is("get_interface_info of nothing", 'false, "failed to find interface"', nmap.get_interface_info("nosuch0"))
end

local function opening()
  local s = nmap.new_socket()
  raises("pcap_receive before", "not a pcap socket", s.pcap_receive, s)
  raises("a number for a boolean", "bad argument #4 to '?' (boolean expected, got number)", s.pcap_open, s, "lo", 104, 1,
    "")
  raises("no name", "bad argument #2 to '?' (bad device name)", s.pcap_open, s, "", 104, false, "")
  raises("no interface", "can't open pcap reader on nosuch0", s.pcap_open, s, "nosuch0", 104, false, "")
  raises("a bad filter", "can't open pcap reader on lo", s.pcap_open, s, "lo", 104, false, "no such filter")
  raises("no filter", "bad argument #5 to '?' (string expected, got no value)", s.pcap_open, s, "lo", 104, false)
  raises("no length", "bad argument #3 to '?' (number expected, got no value)", s.pcap_open, s, "lo")
  raises("no device", "bad argument #2 to '?' (string expected, got no value)", s.pcap_open, s)
  is("pcap_open", "0", select("#", s:pcap_open("lo", 104, false, "udp and dst port 9")))
  raises("again", "bad argument #1 to '?' (socket is already open)", s.pcap_open, s, "lo", 104, false, "")
  s:set_timeout(30)
  is("nothing came", 'nil, "TIMEOUT"', s:pcap_receive())
  for _, name in ipairs {"send", "receive", "receive_lines", "receive_bytes", "get_info", "reconnect_ssl"} do
    raises(name .. " of a capture", "invalid operation on pcap socket", s[name], s, 1)
  end
  raises("receive_buf of a capture", "invalid operation on pcap socket", s.receive_buf, s, "x", true)
  raises("sendto of a capture", "invalid operation on pcap socket", s.sendto, s, "127.0.0.1", 1, "x")
  local u = nmap.new_socket("udp")
  u:sendto("127.0.0.1", 9, ("x"):rep(200))
  s:set_timeout(2000)
  local ok, length, l2, l3, time = s:pcap_receive()
  is("a packet", "true, 242, 14, 90", ok, length, #l2, #l3)
  is("its time", '"float", true', math.type(time), math.abs(time - nmap.clock()) < 5)
  is("its link header", '"\\0\\0\\0\\0\\0\\0\\0\\0\\0\\0\\0\\0\\8\\0"', l2)
  is("pcap_close", "true", s:pcap_close())
  is("pcap_close again", 'false, "socket already closed"', s:pcap_close())
  s:pcap_open("any", 0, false, "udp and dst port 9")
  u:sendto("127.0.0.1", 9, "x")
  ok, length, l2, l3 = s:pcap_receive()
  is("any interface", "true, 16", ok, ok and #l2)
  is("close closes", "true", s:close())
end

local function udp(port, text)
  return string.pack(">I1I1I2I2I2I1I1I2", 0x45, 0, 28 + #text, 1, 0, 64, 17, 0) .. "\127\0\0\1\127\0\0\1" ..
    string.pack(">I2I2I2I2", 12345, port, 8 + #text, 0) .. text
end

local function sending()
  local d, s = nmap.new_dnet(), nmap.new_socket()
  for _, name in ipairs {"ethernet_open", "ethernet_send", "ethernet_close", "ip_open", "ip_send", "ip_close"} do
    raises(name .. " of no object", "bad argument #1 to '?' (dnet expected, got table)", d[name], {})
  end
  raises("ethernet_open of the loopback", "bad argument #2 to '?' (device is not valid ethernet interface)",
    d.ethernet_open, d, "lo")
  raises("ethernet_open of nothing", "bad argument #2 to '?' (device is not valid ethernet interface)",
    d.ethernet_open, d, "nosuch0")
  raises("ethernet_open of a long name", "bad argument #2 to '?' (device name too long)", d.ethernet_open, d,
    ("x"):rep(32))
  raises("ethernet_open()", "bad argument #2 to '?' (string expected, got no value)", d.ethernet_open, d)
  raises("ethernet_send before", "dnet ethernet interface is not open", d.ethernet_send, d, "x")
  raises("ethernet_send() before", "dnet ethernet interface is not open", d.ethernet_send, d)
  is("ethernet_close before", "true", d:ethernet_close())
  raises("ip_send before", "raw socket not open to send", d.ip_send, d, udp(9, "x"))
  is("ip_close before", 'false, "raw socket already closed"', d:ip_close())
  is("ip_open", "true", d:ip_open())
  raises("ip_send()", "bad argument #2 to '?' (string expected, got no value)", d.ip_send, d)
  raises("ip_send of rubbish", "can't parse ip packet", d.ip_send, d, "x")
  raises("ip_send to an empty table", "bad argument #3 to '?' (host table lacks 'ip' or 'targetname' fields)",
    d.ip_send, d, udp(9, "x"), {})
  s:pcap_open("lo", 200, false, "udp and dst port 9")
  s:set_timeout(2000)
  for _, to in ipairs {false, "127.0.0.1", {ip = "127.0.0.1"}, {targetname = "127.0.0.1"}} do
    is("ip_send", "true", d:ip_send(udp(9, "raw"), to or nil))
    local ok, _, _, l3 = s:pcap_receive()
    is("it came", 'true, "raw"', ok, ok and l3:sub(29, 31))
  end
  is("ip_send to no name", "false", (d:ip_send(udp(9, "x"), "no.such.name.invalid")))
  s:close()
  is("ip_close", "true", d:ip_close())
end

-- One capture in two threads is the end of the reference's process, or of one thread's hope.
local function two_threads()
  if check.is_reference() then return end
  local s, first, second = nmap.new_socket(), nil, nil
  s:pcap_open("lo", 104, false, "udp and dst port 9")
  stdnse.new_thread(function() first = {s:pcap_receive()} end)
  stdnse.sleep(0.02)
  stdnse.new_thread(function() second = {pcap_receive = select(2, pcall(s.pcap_receive, s))} end)
  stdnse.sleep(0.02)
  is("two cannot wait at once", '{pcap_receive="Invalid reuse of a socket from one thread to another."}', second)
  s:close()
  stdnse.sleep(0.02)
  is("closed under a waiting thread", '{2="CANCELLED"}', first)
end

action = function()
  interfaces()
  if not nmap.is_privileged() then return check.report() end
  opening()
  sending()
  two_threads()
  return check.report()
end
