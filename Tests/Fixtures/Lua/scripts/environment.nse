-- SPDX-License-Identifier: Apache-2.0
--
-- What a script finds around it: the names of the library, its own globals, strictness and `require`.

local check = require "check"
local coroutine = require "coroutine"
local nmap = require "nmap"
local package = require "package"
local stdnse = require "stdnse"
local table = require "table"

categories = {"safe"}

prerule = function() return SCRIPT_TYPE == "prerule" end

local is, raises = check.is, check.raises
local type_when_run = rawget(_ENV, "SCRIPT_TYPE")

local function keys(t)
  local names = {}
  for name in next, t do names[#names + 1] = name end
  table.sort(names)
  return table.concat(names, " ")
end

local function library()
  -- A name that old scripts ask for is there for all.
  local names = keys(nmap):gsub("get_interface_link ", "")
  is("nmap", '"add_targets address_family clock clock_ms condvar debugging dnet fetchfile get_dns_servers ' ..
    "get_interface get_interface_info get_payload_length get_port_state get_ports get_random_bytes get_ttl have_ssl " ..
    "is_privileged list_interfaces log_write mutex new_dnet new_socket new_targets_num new_try port_is_excluded " ..
    'registry resolve set_port_state set_port_version socket timing_level verbosity version_intensity"', names)
  is("nmap.socket", '"get_stats loop new parse_ssl_certificate sleep"', keys(nmap.socket))
  is("nmap.dnet", '"get_interface_info new"', keys(nmap.dnet))
  is("loaded", "true, true, true", package.loaded.nmap == nmap, package.loaded["nmap.socket"] == nmap.socket,
    package.loaded["nmap.dnet"] == nmap.dnet)
  is("one function by two names", "true, true, true, true", nmap.new_socket == nmap.socket.new,
    nmap.new_dnet == nmap.dnet.new, nmap.get_interface_info == nmap.dnet.get_interface_info,
    stdnse.sleep == nmap.socket.sleep)
  for _, name in ipairs {"nmap", "lpeg", "lfs", "openssl", "zlib", "libssh2", "string", "coroutine", "debug", "utf8",
    "_G"} do
    is(name .. " is global and loaded", "true", _G[name] ~= nil and require(name) == _G[name])
  end
end

local function globals()
  is("names", '"environment", "environment.nse"', SCRIPT_NAME, SCRIPT_PATH:match("[^/]*$"))
  is("types", '"prerule", "prerule"', SCRIPT_TYPE, type_when_run)
  mine = 5
  is("a script's globals are its own", "5, nil", mine, rawget(_G, "mine"))
  raises("a name that nobody declared", "variable 'no_such_name' is not declared", function() return no_such_name end)
  raises("a new global of all", "assign to undeclared variable 'zzz'", function() _G.zzz = 1 end)
  is("rawset declares", "1", (function()
    rawset(_G, "declared_here", 1)
    return declared_here
  end)())
  rawset(_G, "declared_here", nil)
  -- Its metatable is hidden: through it a script would reach the globals of all.
  is("the environment", "true, true", _ENV ~= _G, _ENV.string == _G.string)
end

local function requiring()
  local ok, text = pcall(require, "no.such.module")
  local first, second = text:match("^([^\n]*)\n([^\n]*)")
  is("a module that is not there", [[false, "module 'no.such.module' not found:", "\9NSE failed to find ]] ..
    [[nselib/no/such/module.lua in search paths."]], ok, first and first:gsub("^.-:%d+: ", ""), second)
  is("the same each time", "true", require "stdnse" == stdnse)
  local quiet, value = pcall(stdnse.silent_require, "no.such.module")
  is("silent_require raises what is no text", "false, true", quiet, type(value) ~= "string")
end

local function parts_of_the_loop()
  is("loop", "0", select("#", nmap.socket.loop(0)))
  is("get_stats", "{connect_waiting=0}", nmap.socket.get_stats())
  is("running", '"thread", false', type((coroutine.running())), (select(2, coroutine.running())))
  is("a parked thread is suspended", '"suspended"', (function()
    local co = stdnse.new_thread(function() stdnse.sleep(0.2) end)
    stdnse.sleep(0.05)
    return coroutine.status(co)
  end)())
end

action = function()
  library()
  globals()
  requiring()
  parts_of_the_loop()
  return check.report()
end
