-- SPDX-License-Identifier: Apache-2.0
local check = require "check"
local nmap = require "nmap"

categories = {"safe"}

prerule = function() return true end

local is, raises = check.is, check.raises

action = function()
  is("address_family", '"inet"', nmap.address_family())
  is("debugging", "0", nmap.debugging())
  is("verbosity is one more for a script chosen by name", "1", nmap.verbosity())
  is("timing_level", "3", nmap.timing_level())
  is("version_intensity by name", "9", nmap.version_intensity())
  is("have_ssl", "true", nmap.have_ssl())
  is("is_privileged", '"boolean"', type(nmap.is_privileged()))
  is("get_ttl", "64", nmap.get_ttl())
  is("get_payload_length", "0", nmap.get_payload_length())
  is("get_interface", "nil", nmap.get_interface())
  is("clock", '"float", "float", 0.0', math.type(nmap.clock()), math.type(nmap.clock_ms()), nmap.clock_ms() % 1)
  is("clock and clock_ms agree", "true", math.abs(nmap.clock() * 1000 - nmap.clock_ms()) < 2000)

  is("get_random_bytes", "0, 3, 5", #nmap.get_random_bytes(0), #nmap.get_random_bytes("3"), #nmap.get_random_bytes(5.0))
  raises("get_random_bytes(-1)", "Invalid length argument to get_random_bytes.", nmap.get_random_bytes, -1)
  raises("get_random_bytes()", "bad argument #1 to 'nmap.get_random_bytes' (number expected, got no value)",
    nmap.get_random_bytes)
  raises("get_random_bytes('x')", "bad argument #1 to 'nmap.get_random_bytes' (number expected, got string)",
    nmap.get_random_bytes, "x")
  raises("get_random_bytes(1.5)",
    "bad argument #1 to 'nmap.get_random_bytes' (number has no integer representation)", nmap.get_random_bytes, 1.5)

  raises("fetchfile()", "bad argument #1 to 'nmap.fetchfile' (string expected, got no value)", nmap.fetchfile)
  is("fetchfile of a folder", "nil", nmap.fetchfile("nselib"))
  is("fetchfile of an absolute name", "nil", nmap.fetchfile("/etc/passwd"))
  is("fetchfile of nothing", "nil", nmap.fetchfile("no-such-file"))
  is("fetchfile of a file", '"nselib/stdnse.lua"', (nmap.fetchfile("nselib/stdnse.lua"):gsub("^.*/(nselib/)", "%1")))

  raises("log_write elsewhere", "bad argument #1 to 'nmap.log_write' (invalid option 'foo')", nmap.log_write, "foo", "x")
  raises("log_write of nothing", "bad argument #2 to 'nmap.log_write' (string expected, got no value)",
    nmap.log_write, "stdout")

  is("resolve of an address", 'true, {1="127.0.0.1"}', nmap.resolve("127.0.0.1"))
  raises("resolve with a wrong family", "bad argument #2 to 'nmap.resolve' (invalid option 'ipv4')",
    nmap.resolve, "127.0.0.1", "ipv4")
  raises("resolve()", "bad argument #1 to 'nmap.resolve' (string expected, got no value)", nmap.resolve)
  is("resolve of the other family", 'false, "Failed to resolve"', nmap.resolve("::1", "inet"))

  is("add_targets()", "0", nmap.add_targets())
  is("add_targets with an empty one", "2", nmap.add_targets("127.0.0.9", ""))
  is("add_targets again", "1", nmap.add_targets("127.0.0.9"))
  raises("add_targets(nil)", "bad argument #1 to 'nmap.add_targets' (string expected, got nil)", nmap.add_targets, nil)
  is("add_targets too long", '0, "failed to add new targets."', nmap.add_targets(string.rep("x", 1024)))
  is("add_targets stops at the first failure", "1",
    nmap.add_targets("127.0.0.10", string.rep("x", 1024), "127.0.0.11"))
  is("new_targets_num", "2", nmap.new_targets_num())

  is("port_is_excluded", "false", nmap.port_is_excluded(80, "tcp"))
  raises("port_is_excluded without protocol",
    "bad argument #2 to 'nmap.port_is_excluded' (string expected, got no value)", nmap.port_is_excluded, 80)
  raises("port_is_excluded of a wrong protocol", "bad argument #2 to 'nmap.port_is_excluded' (invalid option 'ip')",
    nmap.port_is_excluded, 80, "ip")

  is("get_dns_servers", '"table"', type(nmap.get_dns_servers()))
  raises("get_port_state of no table", "bad argument #1 to 'nmap.get_port_state' (table expected, got string)",
    nmap.get_port_state, "127.0.0.1", {number = 80, protocol = "tcp"})
  raises("get_port_state of no host", "host table does not have a 'ip' or 'targetname' field",
    nmap.get_port_state, {}, {number = 80, protocol = "tcp"})
  raises("get_port_state of another host",
    "bad argument #1 to 'nmap.get_port_state' (host is not being processed right now)",
    nmap.get_port_state, {ip = "127.0.0.1"}, {number = 80, protocol = "tcp"})

  is("registry", '"table", "table"', type(nmap.registry), type(nmap.registry.args))
  is("modules", "true, true, true", require "nmap" == nmap, require "nmap.socket" == nmap.socket,
    nmap.new_socket == nmap.socket.new)
  is("socket extras", '"function", "function", "function", "function"', type(nmap.socket.loop),
    type(nmap.socket.sleep), type(nmap.socket.parse_ssl_certificate), type(nmap.socket.get_stats))
  is("get_stats", "{connect_waiting=0}", nmap.socket.get_stats())
  is("parse_ssl_certificate of rubbish", "nil", nmap.socket.parse_ssl_certificate("x"))
  raises("sleep below zero", "argument to sleep (-1.0) must not be negative\n", nmap.socket.sleep, -1)
  raises("sleep below zero", "argument to sleep (-1.5) must not be negative\n", nmap.socket.sleep, -1.5)
  is("sleep of a text", "false", (pcall(nmap.socket.sleep, "x")))
  is("sleep", "0", select("#", nmap.socket.sleep(0)))
  is("script names", '"nmap-plain", "prerule"', SCRIPT_NAME, SCRIPT_TYPE)
  return check.report()
end
