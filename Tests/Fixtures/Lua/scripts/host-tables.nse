-- SPDX-License-Identifier: Apache-2.0
local check = require "check"
local nmap = require "nmap"

categories = {"safe"}

hostrule = function(host) return true end

local is, raises = check.is, check.raises

action = function(host)
  is("ip", '"127.0.0.1", "", "\\127\\0\\0\\1"', host.ip, host.name, host.bin_ip)
  is("no name was typed", "nil", host.targetname)
  is("times", '"number", "number", "number"', type(host.times.srtt), type(host.times.rttvar),
    type(host.times.timeout))
  is("reason", '"string", "number"', type(host.reason), type(host.reason_ttl))
  is("registry", "{}", host.registry)
  is("no operating system was asked for", "nil, nil", host.os, host.os_fp)
  is("handle", '"userdata"', type(host._Target))
  local port = nmap.get_port_state(host, {number = 7, protocol = "tcp"})
  is("a port of the host", '7, "tcp", "echo", "string"', port.number, port.protocol, port.service, type(port.state))
  is("a port that was not scanned", "nil", nmap.get_port_state(host, {number = 9, protocol = "tcp"}))
  is("by address", "7", nmap.get_port_state({ip = "127.0.0.1"}, {number = 7, protocol = "tcp"}).number)
  raises("a numeric string", "port 'number' field must be an integer", nmap.get_port_state, host,
    {number = "7", protocol = "tcp"})
  raises("no protocol", "port 'protocol' field must be a string", nmap.get_port_state, host, {number = 7})
  raises("another protocol", "port 'protocol' field must be \"udp\", \"sctp\" or \"tcp\"", nmap.get_port_state, host,
    {number = 7, protocol = "ip"})
  raises("get_ports without protocol", "bad argument #3 to 'nmap.get_ports' (string expected, got no value)",
    nmap.get_ports, host, nil)
  raises("get_ports of another state", "bad argument #4 to 'nmap.get_ports' (invalid option 'x')", nmap.get_ports,
    host, nil, "tcp", "x")
  local numbers, previous = {}, nil
  repeat
    previous = nmap.get_ports(host, previous, "tcp", "open")
    if previous then numbers[#numbers + 1] = previous.number end
  until not previous
  is("get_ports ascends", "true", numbers[1] == 7 and #numbers == 2 and numbers[2] > 7)
  raises("set_port_state to another state", "bad argument #3 to 'nmap.set_port_state' (invalid option 'filtered')",
    nmap.set_port_state, host, port, "filtered")
  is("set_port_state of an unknown port", "0", select("#", nmap.set_port_state(host, {number = 9, protocol = "tcp"},
    "open")))
  raises("a host that is no table", "bad argument #1 to 'nmap.get_ports' (table expected, got string)", nmap.get_ports,
    "127.0.0.1", nil, "tcp", "open")
  raises("get_ports without a state", "bad argument #4 to 'nmap.get_ports' (string expected, got no value)",
    nmap.get_ports, host, nil, "tcp")
  for _, state in ipairs {"filtered", "unfiltered", "closed", "open|filtered", "closed|filtered"} do
    is("get_ports " .. state, "nil", nmap.get_ports(host, nil, "udp", state))
  end
  is("mtu", '"number"', type(host.interface_mtu))
  return check.report()
end
