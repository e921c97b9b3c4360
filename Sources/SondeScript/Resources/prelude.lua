-- SPDX-License-Identifier: Apache-2.0
--
-- The part of the script engine that is best said in Lua: what must be able to suspend half-way, and what walks
-- values whose metamethods may run script code. Called once with the table of host functions `host`; returns the
-- functions that the engine calls.

local host, compatibility = ...

local error, getmetatable, ipairs, pairs, pcall, rawget, rawset, select, setmetatable, tostring, type =
  error, getmetatable, ipairs, pairs, pcall, rawget, rawset, select, setmetatable, tostring, type
local concat, status = table.concat, coroutine.status
local G, require = _G, require

local nmap = host.nmap

-- Exceptions ------------------------------------------------------------------

function nmap.new_try(handler)
  return function(status, ...)
    if status then
      if status ~= true then host.nonconforming() end
      return ...
    end
    if handler ~= nil then handler() end
    error({errtype = "nmap.new_try", message = (...)})
  end
end

-- Libraries ---------------------------------------------------------------------

table.insert(package.searchers, 1, function(name)
  local chunk, path, is_old = host.find_library(name)
  if is_old then compatibility.adapt_library(chunk) end
  return chunk or path, path
end)

local quiet = {}

local function silent_require(...)
  local results = table.pack(pcall(require, ...))
  if results[1] then return table.unpack(results, 2, results.n) end
  host.library_missing(tostring(results[2]))
  error(quiet)
end

local function new_thread(main, ...)
  if type(main) ~= "function" then error("function expected", 2) end
  local worker, handle = host.start_worker(main, ...)
  return worker, function() return status(worker), host.worker_error(handle) end
end

-- What the engine adds to stdnse, which the library itself leaves to it.
local function extend_stdnse(stdnse)
  for _, name in ipairs {"base", "gettid", "getid", "getinfo", "gethostport", "isworker"} do
    rawset(stdnse, name, host[name])
  end
  rawset(stdnse, "new_thread", new_thread)
  rawset(stdnse, "silent_require", silent_require)
end

-- A library of the tree, or nothing where the tree lacks it.
local function optional(name)
  if not package.loaded[name] and not host.has_library(name) then return true end
  return pcall(require, name)
end

-- Makes the libraries of the tree ready: `stdnse` with the engine's functions, and `_G` strict by the library's own
-- module. Trees of old may lack either.
local function prepare_libraries(is_classic)
  if is_classic then compatibility.adopt_habits() end
  local found, stdnse = optional("stdnse")
  if not found then return false, tostring(stdnse) end
  if type(stdnse) == "table" then extend_stdnse(stdnse) end
  local strict
  found, strict = optional("strict")
  if not found then return false, tostring(strict) end
  if type(strict) == "function" then strict(G) end
  return true
end

-- Operating systems ---------------------------------------------------------------

-- The metatable of the elements of `host.os`: tables with a name, which the oldest scripts take for the name.
local system = {__index = {}}

local function name_of(value)
  return type(value) == "table" and rawget(value, "name") or value
end

function system.__tostring(value) return name_of(value) end
function system.__concat(one, other) return name_of(one) .. name_of(other) end
function system.__len(value) return #name_of(value) end
function system.__lt(one, other) return name_of(one) < name_of(other) end
function system.__le(one, other) return name_of(one) <= name_of(other) end

for name, act in pairs(string) do
  system.__index[name] = function(value, ...) return act(name_of(value), ...) end
end

-- Results -----------------------------------------------------------------------

local deepest = 100

-- Text of a value: list elements, then named fields, each on a line of its own.
local function format(value, indent, depth)
  if type(value) ~= "table" then return tostring(value) end
  local meta = getmetatable(value)
  if type(meta) == "table" and rawget(meta, "__tostring") then return tostring(value) end
  if depth > deepest then return "..." end
  local lines, inner = {}, indent .. "  "
  for _, element in ipairs(value) do
    lines[#lines + 1] = "\n" .. indent .. format(element, inner, depth + 1)
  end
  for key, field in pairs(value) do
    if type(key) == "string" then
      lines[#lines + 1] = "\n" .. indent .. key .. ": " .. format(field, inner, depth + 1)
    end
  end
  return concat(lines)
end

-- A plain copy that the host reads without metamethods: a string, or {key or false, value, ...}.
local function plain(value, depth)
  if type(value) ~= "table" then return tostring(value) end
  if depth > deepest then return "..." end
  local copy, count = {}, 0
  local function add(key, field)
    copy[count + 1], copy[count + 2] = key, plain(field, depth + 1)
    count = count + 2
  end
  for _, element in ipairs(value) do add(false, element) end
  for key, field in pairs(value) do
    if type(key) == "string" then add(key, field) end
  end
  return copy
end

local function report(first, second)
  local text
  if second then
    text = tostring(second)
  elseif type(first) == "string" then
    return host.report(first)
  elseif first == nil then
    return
  end
  if text == nil or (text == "" and first ~= nil) then text = format(first, "  ", 1) end
  if first == nil then return host.report(text) end
  return host.report(text, plain(first, 1))
end

-- Threads -----------------------------------------------------------------------

-- Runs a script in its environment: top level, rule, action, report. The results of `action` are never
-- on a tail call, so that a traceback shows where they came from.
local function run_script(generator, environment, rule, forced, ...)
  generator(environment)
  if not forced then
    local check = environment[rule]
    if not check(...) then return end
  end
  host.rule_passed()
  report(environment.action(...))
end

local function run_worker(main, ...)
  main(...)
end

return {
  run_script = run_script,
  run_worker = run_worker,
  prepare_libraries = prepare_libraries,
  system = system,
  is_quiet = function(value) return value == quiet end,
  -- The message of an exception of new_try, or nothing for other errors.
  try_message = function(value)
    if type(value) == "table" and rawget(value, "errtype") == "nmap.new_try" then
      return true, tostring(rawget(value, "message"))
    end
    return false
  end,
  describe = function(value)
    if type(value) == "table" then
      local fine, text = pcall(tostring, value)
      return fine and text or "(error object)"
    end
    return tostring(value)
  end,
}
