-- SPDX-License-Identifier: Apache-2.0
--
-- The part of the script engine that is best said in Lua: what must be able to suspend half-way, and what walks
-- values whose metamethods may run script code. Called once with the table of host functions `host`; returns the
-- functions that the engine calls.

local host, compatibility = ...

local error, getmetatable, ipairs, pairs, pcall, rawget, rawset, select, setmetatable, tostring, type =
  error, getmetatable, ipairs, pairs, pcall, rawget, rawset, select, setmetatable, tostring, type
local find, sub = string.find, string.sub
local concat, status = table.concat, coroutine.status
local G, require = _G, require
local native_require = require
local tostring = host.sandbox.tostring

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

-- How much of a result is still told. A table that holds itself, or the same tables over and over, has no end.
local left

local function spend(count)
  left = left - count - 16
  return left > 0
end

-- Text of a value: list elements, then named fields, each on a line of its own.
local function format(value, indent, depth)
  if type(value) ~= "table" then return tostring(value) end
  local meta = getmetatable(value)
  if type(meta) == "table" and rawget(meta, "__tostring") then return tostring(value) end
  if depth > deepest or not spend(#indent) then return "..." end
  local lines, inner = {}, indent .. "  "
  for _, element in ipairs(value) do
    lines[#lines + 1] = "\n" .. indent .. format(element, inner, depth + 1)
    if not spend(#lines[#lines]) then break end
  end
  for key, field in pairs(value) do
    if type(key) == "string" then
      lines[#lines + 1] = "\n" .. indent .. key .. ": " .. format(field, inner, depth + 1)
      if not spend(#lines[#lines]) then break end
    end
  end
  return concat(lines)
end

-- A plain copy that the host reads without metamethods: a string, or {key or false, value, ...}.
local function plain(value, depth)
  if type(value) ~= "table" then return tostring(value) end
  if depth > deepest or not spend(0) then return "..." end
  local copy, count = {}, 0
  local function add(key, field)
    if not spend(0) then return end
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
  left = host.output_limit()
  if text == nil or (text == "" and first ~= nil) then text = format(first, "  ", 1) end
  if first == nil then return host.report(text) end
  left = host.output_limit()
  return host.report(text, plain(first, 1))
end

-- Worlds that are not the scan's own ---------------------------------------------

-- The tables that stand for registries there.
local closed = {}

-- A raw function that does not see that they are empty.
local function homing(raw)
  local go_home = host.go_home
  return function(value, ...)
    if value ~= nil and closed[value] then go_home() end
    return raw(value, ...)
  end
end

-- Takes away what could be noticed outside; using it sends the instance home. Called before any library is loaded. Gives
-- what stands for host.registry.
local function confine()
  local go_home = host.go_home

  local function close(library, keeps)
    if type(library) ~= "table" then return end
    local kept = {}
    for _, name in ipairs(keeps) do kept[name] = library[name] end
    for name in pairs(library) do library[name] = nil end
    for name, value in pairs(kept) do library[name] = value end
    setmetatable(library, {__index = go_home, __newindex = go_home, __pairs = go_home, __metatable = false})
  end

  close(io, {})
  close(os, {"clock", "date", "difftime", "time"})
  if not host.permits("debug") then debug.getinfo = host.sandbox.getinfo end
  close(debug, {"getinfo", "traceback"})
  for _, name in ipairs {"lfs", "libssh2"} do close(package.loaded[name], {}) end
  print, package.loadlib = go_home, go_home
  -- Ours, and then home: C libraries could do anything.
  package.searchers = {package.searchers[1], package.searchers[2], go_home}

  local function close_registry()
    local registry = setmetatable({}, {
      __index = go_home, __newindex = go_home, __pairs = go_home, __len = go_home, __metatable = false,
    })
    closed[registry] = true
    return registry
  end
  -- What asks no metamethods must not see that it is empty.
  for _, name in ipairs {"next", "rawget", "rawset", "rawlen"} do G[name] = homing(G[name]) end
  nmap.registry = close_registry()
  return close_registry()
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

-- The sandbox ---------------------------------------------------------------------

-- Replaces what scripts share by what they cannot change, and what reaches out of them by what asks first. Called once,
-- when the engine's own libraries are loaded and before the first script is.
local function seal(is_away)
  local box = host.sandbox
  local view, is_view, hide = box.view, box.is_view, box.hide
  local native = {
    load = load, loadfile = loadfile, tostring = tostring, io = io, os = os, debug = debug, package = package,
  }
  local loaded, preloads, io_type = package.loaded, package.preload, rawget(io, "type")

  local function refuse(capability, what)
    host.refuse(capability, what)
    error(what .. " is not allowed: " .. capability .. " (--allow " .. capability .. ")", 3)
  end

  local function refused(capability, what)
    return function() refuse(capability, what) end
  end

  -- Files: at most so many at a time for one script instance.
  local files = setmetatable({}, {__mode = "k"})

  local function keep_file(file)
    if not file then return file end
    files[file] = host.instance()
    return file
  end

  local function may_open()
    local instance, count = host.instance(), 0
    for file, owner in pairs(files) do
      if owner == instance and io_type(file) == "file" then count = count + 1 end
    end
    return count < host.file_limit()
  end

  local function open(path, mode)
    path, mode = tostring(path), mode == nil and "r" or mode
    if type(mode) ~= "string" then error("bad argument #2 to 'open' (invalid mode)", 2) end
    local place, problem = host.file_place(path, find(mode, "^rb?$") and "read" or "write")
    if not place then return nil, problem, 13 end
    if not may_open() then return nil, path .. ": Too many open files", 24 end
    local file, why, number = native.io.open(place, mode)
    if file then return keep_file(file) end
    return nil, path .. ": " .. (tostring(why):match(": (.*)") or tostring(why)), number
  end

  -- Standard output goes through the engine, which keeps control characters from the terminal.
  local function stream(to_errors)
    local pending = ""
    local self = {}
    function self:write(...)
      for index = 1, select("#", ...) do
        local part = select(index, ...)
        if type(part) ~= "string" and type(part) ~= "number" then
          error("bad argument #" .. index .. " to 'write' (string expected, got " .. type(part) .. ")", 2)
        end
        pending = pending .. part
      end
      local last = 0
      while true do
        local at = find(pending, "\n", last + 1, true)
        if not at then break end
        host.show(sub(pending, last + 1, at - 1), to_errors)
        last = at
      end
      pending = sub(pending, last + 1)
      if #pending > 65536 then self:flush() end
      return self
    end
    function self:flush()
      if pending ~= "" then host.show(pending, to_errors) end
      pending = ""
      return self
    end
    function self:close() return self:flush() end
    function self:setvbuf() return true end
    function self:seek() return nil, "Illegal seek", 29 end
    function self:read() refuse("read", "reading standard output") end
    function self:lines() refuse("read", "reading standard output") end
    return view(setmetatable(self, {__metatable = false}), false)
  end
  local out, err = stream(false), stream(true)

  local current_out
  local boxed_io = {
    open = open, stdout = out, stderr = err,
    popen = host.permits("exec") and rawget(io, "popen") or refused("exec", "io.popen"),
    tmpfile = refused("write", "io.tmpfile"), read = refused("read", "io.read"),
    stdin = view({
      read = refused("read", "io.stdin"), lines = refused("read", "io.stdin"), close = function() return true end,
    }, false),
    type = function(object)
      if object == out or object == err then return "file" end
      return io_type(object)
    end,
    lines = function(path, ...)
      if path == nil then refuse("read", "io.lines") end
      local place, problem = host.file_place(tostring(path), "read")
      if not place then error(problem, 2) end
      if not may_open() then error(tostring(path) .. ": Too many open files", 2) end
      return native.io.lines(place, ...)
    end,
    input = refused("read", "io.input"),
    output = function(file)
      if type(file) == "string" then
        local opened, problem = open(file, "w")
        if not opened then error(problem, 2) end
        current_out = opened
      elseif file ~= nil then
        current_out = file
      end
      return current_out or out
    end,
    write = function(...) return (current_out or out):write(...) end,
    flush = function() return (current_out or out):flush() end,
    close = function(file)
      if file == nil then
        file, current_out = current_out or out, nil
      end
      return file:close()
    end,
  }

  local function change_file(name, what)
    return function(path, other)
      local place, problem = host.file_place(tostring(path), "write")
      if not place then return nil, problem, 13 end
      if not other then return native.os[name](place) end
      local to
      to, problem = host.file_place(tostring(other), "write")
      if not to then return nil, problem, 13 end
      return native.os[name](place, to)
    end
  end

  local boxed_os = {
    time = os.time, date = os.date, clock = os.clock, difftime = os.difftime,
    remove = change_file("remove"), rename = change_file("rename"),
    execute = host.permits("exec") and rawget(os, "execute") or function(command)
      if command == nil then return false end
      refuse("exec", "os.execute")
    end,
    exit = function() error("os.exit is not allowed: it would end the whole scan", 2) end,
    getenv = host.permits("env") and rawget(os, "getenv") or function(name)
      host.refuse("env", tostring(name))
      return nil
    end,
    tmpname = refused("write", "os.tmpname"),
    setlocale = function(locale) return (locale == nil or locale == "" or locale == "C") and "C" or nil end,
  }

  -- Chunks are text, and their globals are those of scripts unless said otherwise.
  local globals

  local function boxed_load(chunk, name, mode, ...)
    if mode == "b" then return nil, "attempt to load a binary chunk (only text is allowed)" end
    if select("#", ...) > 0 then return native.load(chunk, name, "t", (...)) end
    return native.load(chunk, name, "t", globals)
  end

  local function boxed_loadfile(path, mode, ...)
    local place, problem = host.file_place(tostring(path), "read")
    if not place then return nil, problem end
    if select("#", ...) > 0 then return native.loadfile(place, "t", (...)) end
    return native.loadfile(place, "t", globals)
  end

  -- Libraries: each as a view, so that no script changes what others use.
  local views = setmetatable({}, {__mode = "k"})

  local function shown(value)
    if type(value) ~= "table" or is_view(value) then return value end
    local found = views[value]
    if not found then
      found = view(value, true)
      views[value] = found
      if rawget(value, "_M") == value then rawset(value, "_M", found) end
    end
    return found
  end

  local function boxed_require(name, ...)
    name = type(name) == "number" and tostring(name) or name
    if type(name) ~= "string" then
      error("bad argument #1 to 'require' (string expected, got " .. type(name) .. ")", 2)
    end
    local value = loaded[name]
    if value then return shown(value) end
    local loader, where, is_old = host.find_library(name)
    if is_old then compatibility.adapt_library(loader) end
    if not loader and preloads[name] then loader, where = preloads[name], ":preload:" end
    if not loader then
      if host.permits("native") then return shown(native_require(name)) end
      error("module '" .. name .. "' not found:\n\t" .. tostring(where), 2)
    end
    local result = loader(name, where)
    if result ~= nil then loaded[name] = result end
    if loaded[name] == nil then loaded[name] = true end
    return shown(loaded[name]), where
  end

  local boxed_package = {
    path = "", cpath = "", config = package.config, preload = view({}, false), searchers = view({}, false),
    loaded = view(setmetatable({}, {
      __index = function(_, name) return shown(loaded[name]) end, __metatable = false,
    }), false),
    loadlib = host.permits("native") and package.loadlib or refused("native", "package.loadlib"),
    searchpath = refused("read", "package.searchpath"),
  }

  local boxed_debug = {traceback = debug.traceback, getinfo = box.getinfo}
  for name, value in next, debug do
    if not boxed_debug[name] then
      boxed_debug[name] = host.permits("debug") and name ~= "sethook" and value or refused("debug", "debug." .. name)
    end
  end
  if host.permits("debug") then boxed_debug.getinfo = debug.getinfo end

  local function line(...)
    local parts = table.pack(...)
    for index = 1, parts.n do parts[index] = tostring(parts[index]) end
    out:write(concat(parts, "\t"), "\n")
  end

  -- From here on scripts and libraries see only what follows.
  local lfs = lfs
  local boxed_lfs = {}
  for name, value in next, lfs do boxed_lfs[name] = value end
  boxed_lfs.dir = function(path)
    local place, problem = host.file_place(tostring(path), "read")
    if not place then error(problem, 2) end
    return lfs.dir(place)
  end
  for _, name in ipairs {"mkdir", "rmdir"} do
    boxed_lfs[name] = function(path)
      local place, problem = host.file_place(tostring(path), "write")
      if not place then return nil, problem end
      return lfs[name](place)
    end
  end
  boxed_lfs.link = function(old, new, symbolic)
    local from, problem = host.file_place(tostring(old), "write")
    if not from then return nil, problem, 13 end
    local to
    to, problem = host.file_place(tostring(new), "write")
    if not to then return nil, problem, 13 end
    return lfs.link(from, to, symbolic)
  end
  local files_of = {package = boxed_package}
  -- Another world has closed these already.
  if not is_away then
    files_of.io, files_of.os, files_of.debug, files_of.lfs = boxed_io, boxed_os, boxed_debug, boxed_lfs
  end
  hide("", false)
  if not is_away then hide(native.io.stdout, false) end
  if lpeg then hide(lpeg.P(1), view(getmetatable(lpeg.P(1)), false)) end
  local parts = {}
  for name in pairs(loaded) do
    if type(name) == "string" and find(name, "^nmap%.%w+$") then parts[#parts + 1] = name end
  end
  for _, name in ipairs(parts) do
    local closed = view(loaded[name], false)
    rawset(nmap, sub(name, 6), closed)
    views[loaded[name]] = closed
  end
  for _, name in ipairs {
    "string", "table", "math", "coroutine", "utf8", "io", "os", "package", "debug", "nmap", "lpeg", "lfs", "openssl", "zlib",
    "libssh2", "nmapdb", "pcre", "bit32",
  } do
    local real = files_of[name] or rawget(G, name) or (name ~= "package" and loaded[name]) or nil
    if type(real) == "table" then
      local closed = is_view(real) and real or view(real, false)
      rawset(G, name, closed)
      -- The real one stays among the loaded, for messages of native functions find their names there.
      loaded[name] = real
      if closed ~= real then views[real] = closed end
    end
  end
  for name, value in pairs(loaded) do
    if type(value) == "table" and value ~= G and rawget(G, name) == value then rawset(G, name, shown(value)) end
  end
  for name, value in pairs {
    rawget = box.rawget, rawset = box.rawset, rawlen = box.rawlen, next = box.next, setmetatable = box.setmetatable,
    collectgarbage = box.collectgarbage, tostring = tostring, load = boxed_load, loadfile = boxed_loadfile, require = boxed_require, print = line,
    dofile = function(path)
      local chunk, problem = boxed_loadfile(path)
      if not chunk then error(problem, 2) end
      return chunk()
    end,
  } do
    rawset(G, name, value)
  end
  if is_away then
    for _, name in ipairs {"next", "rawget", "rawset", "rawlen"} do rawset(G, name, homing(box[name])) end
  end
  require = boxed_require
  globals = view(G, false)
  rawset(G, "_G", globals)
  views[G] = globals
  compatibility.show_with(shown, view)
end

return {
  run_script = run_script,
  seal = seal,
  run_worker = run_worker,
  prepare_libraries = prepare_libraries,
  system = system,
  confine = confine,
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
