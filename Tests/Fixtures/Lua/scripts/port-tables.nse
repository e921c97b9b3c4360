-- SPDX-License-Identifier: Apache-2.0
local check = require "check"
local nmap = require "nmap"

categories = {"safe"}

portrule = function(host, port) return port.number == 7 end

local is, raises = check.is, check.raises

action = function(host, port)
  is("the table", '7, "tcp", "echo", "open"', port.number, port.protocol, port.service, port.state)
  is("version", '{cpe={},name="echo",name_confidence=3.0,service_dtype="table",service_tunnel="none"}', port.version)
  local function again() return nmap.get_port_state(host, port) end
  port.version.name, port.version.product, port.version.version = "other", "Prod", "1\1"
  port.version.cpe = {"cpe:/a:x:y"}
  nmap.set_port_version(host, port)
  is("hardmatched", '"other", "other", 10.0, "probed", "Prod", "1."', again().service, again().version.name,
    again().version.name_confidence, again().version.service_dtype, again().version.product, again().version.version)
  is("cpe", '{1="cpe:/a:x:y"}', again().version.cpe)
  port.version = {service_tunnel = "ssl"}
  nmap.set_port_version(host, port, "nomatch")
  is("nomatch replaces all", '"echo", 3.0, "ssl", nil', again().version.name, again().version.name_confidence,
    again().version.service_tunnel, again().version.product)
  port.version = {}
  nmap.set_port_version(host, port, "tcpwrapped")
  is("tcpwrapped", '"tcpwrapped", 8.0', again().version.name, again().version.name_confidence)
  local long = ("x"):rep(300)
  port.version = {name = "n", product = long, version = long, extrainfo = long, hostname = long, ostype = long,
    devicetype = "\t\255" .. long, cpe = {long}, service_fp = "print", service_tunnel = "none"}
  nmap.set_port_version(host, port, "softmatched")
  local v = again().version
  is("lengths", "80, 80, 256, 80, 32, 32, 80", #v.product, #v.version, #v.extrainfo, #v.hostname, #v.ostype,
    #v.devicetype, #v.cpe[1])
  is("what cannot be printed", '"..xx"', v.devicetype:sub(1, 4))
  is("softmatched", '"n", 10.0, "probed", "print"', v.name, v.name_confidence, v.service_dtype, v.service_fp)
  port.version = {service_fp = "print"}
  nmap.set_port_version(host, port, "incomplete")
  v = again().version
  is("incomplete", '"echo", 3.0, "table", "print", nil', v.name, v.name_confidence, v.service_dtype, v.service_fp,
    v.product)
  nmap.set_port_version(host, port, "hardmatched")
  v = again().version
  is("hardmatched without a name", "nil, 10.0, nil, nil", v.name, v.name_confidence, v.service_fp, again().service)
  is("an unknown port", "0", select("#", nmap.set_port_version(host, {number = 9, protocol = "tcp", version = {}})))
  raises("no port", "bad argument #2 to 'nmap.set_port_version' (table expected, got no value)", nmap.set_port_version,
    host)
  raises("another state", "bad argument #3 to 'nmap.set_port_version' (invalid option 'maybe')",
    nmap.set_port_version, host, port, "maybe")
  raises("no version", "port 'version' field must be a table", nmap.set_port_version, host,
    {number = 7, protocol = "tcp"})
  raises("another tunnel", "bad argument #2 to 'nmap.set_port_version' (invalid value for port.version.service_tunnel)",
    nmap.set_port_version, host, {number = 7, protocol = "tcp", version = {service_tunnel = "tube"}})
  raises("cpe of a text", "port.version 'cpe' field must be a table", nmap.set_port_version, host,
    {number = 7, protocol = "tcp", version = {cpe = "x"}})
  nmap.set_port_state(host, port, "open")
  is("the same state again changes nothing", "true", again().reason ~= "script-set")
  nmap.set_port_state(host, port, "closed")
  is("another state", '"closed", "script-set", 0, "open"', again().state, again().reason, again().reason_ttl,
    port.state)
  return check.report()
end
