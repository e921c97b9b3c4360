-- SPDX-License-Identifier: Apache-2.0
--
-- What older generations of scripts and libraries expect of the language: the names of Lua 5.1, with which scripts of
-- Nmap 5.00 were written, and the habits of Lua 5.3, on which trees of Nmap 7.93 and before ran. Nothing of this reaches
-- newer scripts. Called once with the table of host functions; returns what the prelude and the engine need.

local host = ...

local debug, error, format, getmetatable, ipairs, loaded, next, pairs, pcall, rawget, rawset, select, setmetatable,
  tonumber, tostring, type =
  debug, error, string.format, getmetatable, ipairs, package.loaded, next, pairs, pcall, rawget, rawset, select,
  setmetatable, tonumber, tostring, type
local G = _G
-- What the sandbox hides from scripts must be seen here.
local true_metatable = debug.getmetatable
local getinfo, getlocal, getupvalue = debug.getinfo, debug.getlocal, debug.getupvalue
local setlocal, setupvalue, upvaluejoin = debug.setlocal, debug.setupvalue, debug.upvaluejoin
local floor, mtype, tointeger = math.floor, math.type, math.tointeger
local unpack = table.unpack

-- Names of Lua 5.1 ----------------------------------------------------------------

local legacy = {unpack = unpack, gcinfo = function() return collectgarbage("count") end}

function legacy.loadstring(text, name) return G.load(text, name, "t") end

-- Numbers that are whole are integers where 5.1 knew only one kind.
local function whole(value)
  if mtype(value) == "float" then return tointeger(value) or tointeger(floor(value)) or value end
  return value
end

-- `%d` and its like take any number, as they did.
local function lenient_format(pattern, ...)
  local fine, text = pcall(format, pattern, ...)
  if fine then return text end
  local values, place = table.pack(...), 0
  for letter in tostring(pattern):gsub("%%%%", ""):gmatch("%%[-+ #0]*%d*%.?%d*(%a)") do
    place = place + 1
    if letter:find("[diouxXc]") then values[place] = whole(tonumber(values[place]) or values[place]) end
  end
  fine, text = pcall(format, pattern, unpack(values, 1, values.n))
  if fine then return text end
  error(text, 2)
end

local function extended(original, extra) return setmetatable(extra, {__index = original}) end

legacy.string = extended(string, {gfind = string.gmatch, format = lenient_format})
legacy.math = extended(math, {
  mod = math.fmod,
  log10 = function(x) return math.log(x, 10) end,
  ldexp = function(m, e) return m * 2.0 ^ e end,
})
legacy.table = extended(table, {
  getn = function(t) return #t end,
  setn = function() end,
  maxn = function(t)
    local most = 0
    for key in next, t do
      if type(key) == "number" and key > most then most = key end
    end
    return most
  end,
  foreach = function(t, f)
    for key, value in next, t do
      local result = f(key, value)
      if result ~= nil then return result end
    end
  end,
  foreachi = function(t, f)
    for i = 1, #t do
      local result = f(i, t[i])
      if result ~= nil then return result end
    end
  end,
})

-- What makes a library visible to scripts; the sandbox brings another.
local function shown(value) return value end

-- What a global name means to an old script: one of the names above, a library that is loaded, or a real global.
local function meaning(_, name)
  local value = legacy[name]
  if value == nil then value = rawget(G, name) end
  if value ~= nil then return type(value) == "table" and shown(value) or value end
  value = loaded[name]
  if type(value) == "table" then return shown(value) end
end

local script_metatable = {__index = meaning}
local library_globals = setmetatable({}, {__index = meaning, __newindex = function(_, k, v) rawset(G, k, v) end})

-- Environments of functions: the variable `_ENV` that they look globals up in.
local function slot(f)
  for i = 1, 255 do
    local name = getupvalue(f, i)
    if name == nil then return end
    if name == "_ENV" then return i end
  end
end

local function local_slot(level)
  for i = 1, 200 do
    local name = getlocal(level + 1, i)
    if name == nil then return end
    if name == "_ENV" then return i end
  end
end

-- Whether scripts share an environment: the globals, and those of libraries.
local function is_shared(env)
  if env == G or env == library_globals then return true end
  for _, library in next, loaded do
    if library == env then return true end
  end
  return false
end

local is_sealed = false

-- An environment as a script may see it.
local function visible(env) return is_sealed and is_shared(env) and shown(G) or env end

local function environment_of(f)
  local i = slot(f)
  if i then return (select(2, getupvalue(f, i))) end
end

-- Sets the environment of a function, or of the active one at a level of the caller's stack.
local function set_environment(target, env, level)
  local f = target or getinfo(level + 1, "f").func
  local i = slot(f)
  if i then
    -- A cell of its own: other functions keep their environment, those made from now on in this one share the new.
    local cell = env
    upvaluejoin(f, i, function() return cell end, 1)
  elseif not target then
    i = local_slot(level + 1)
    if i then setlocal(level + 1, i, env) end
  end
  return f
end

function legacy.setfenv(target, env)
  if type(env) ~= "table" then error("bad argument #2 to 'setfenv' (table expected)", 2) end
  if type(target) == "function" then
    if is_sealed and is_shared(environment_of(target)) then error("a library's environment cannot be changed", 2) end
    return set_environment(target, env)
  end
  local level = tonumber(target)
  if not level or level < 1 or not getinfo(level + 1, "f") then
    error("bad argument #1 to 'setfenv' (invalid level)", 2)
  end
  if is_sealed and is_shared(environment_of(getinfo(level + 1, "f").func)) then
    error("a library's environment cannot be changed", 2)
  end
  -- Not a tail call: it would take this level away.
  local f = set_environment(nil, env, level + 1)
  return f
end

function legacy.getfenv(target)
  if type(target) == "function" then
    return visible(environment_of(target) or G)
  end
  local level = tonumber(target or 1)
  if level == 0 then return visible(G) end
  local info = level and level > 0 and getinfo(level + 1, "f")
  if not info then error("bad argument #1 to 'getfenv' (invalid level)", 2) end
  local env = environment_of(info.func)
  if env then return visible(env) end
  local i = local_slot(level + 1)
  if i then return visible((select(2, getlocal(level + 1, i)))) end
  return visible(G)
end

local function seeall(module)
  local meta = getmetatable(module) or {}
  meta.__index = meaning
  setmetatable(module, meta)
end

legacy.package = extended(package, {seeall = seeall})

function legacy.module(name, ...)
  if type(name) ~= "string" then error("bad argument #1 to 'module' (string expected, got " .. type(name) .. ")", 2) end
  local module = loaded[name]
  if type(module) ~= "table" then
    module = rawget(G, name)
    if type(module) ~= "table" then module = {} end
    loaded[name] = module
  end
  if not name:find(".", 1, true) then rawset(G, name, module) end
  module._M, module._NAME, module._PACKAGE = module, name, name:match("^(.*%.)") or ""
  for i = 1, select("#", ...) do
    local option = select(i, ...)
    -- `module(...)` in a file also passes the file's path on.
    if type(option) == "function" then option(module) end
  end
  set_environment(nil, module, 2)
end

-- Libraries that used to be there -------------------------------------------------

local function bits(value)
  local number = tonumber(value)
  if not number then error("bad argument to a bit operation (number expected, got " .. type(value) .. ")", 3) end
  return tointeger(number) or tointeger(floor(number)) or 0
end

local function folded(operation, start, mask)
  return function(...)
    local result = start
    for i = 1, select("#", ...) do result = operation(result, bits((select(i, ...)))) end
    return result & mask
  end
end

local function band(a, b) return a & b end
local function bor(a, b) return a | b end
local function bxor(a, b) return a ~ b end

-- The library of 5.00: whole machine words.
package.preload.bit = function()
  return {
    band = folded(band, -1, -1),
    bor = folded(bor, 0, -1),
    bxor = folded(bxor, 0, -1),
    bnot = function(a) return ~bits(a) end,
    lshift = function(a, n) return bits(a) << bits(n) end,
    rshift = function(a, n) return bits(a) >> bits(n) end,
    arshift = function(a, n) return bits(a) // (1 << bits(n)) end,
    mod = function(a, b) return bits(a) % bits(b) end,
  }
end

-- The library of Lua 5.2: 32 bits.
local function make_bit32()
  local all = 0xFFFFFFFF
  local function shift(a, n)
    a, n = bits(a) & all, bits(n)
    if n <= -32 or n >= 32 then return 0 end
    return (n >= 0 and a << n or a >> -n) & all
  end
  local function field(place, width)
    place, width = bits(place), bits(width or 1)
    if place < 0 then error("bad argument #2 (field cannot be negative)", 3) end
    if width < 1 then error("bad argument #3 (width must be positive)", 3) end
    if place + width > 32 then error("trying to access non-existent bits", 3) end
    return place, (1 << width) - 1
  end
  local function rotate(a, n)
    a, n = bits(a) & all, bits(n) % 32
    return (a << n | a >> (32 - n)) & all
  end
  return {
    band = folded(band, all, all),
    bor = folded(bor, 0, all),
    bxor = folded(bxor, 0, all),
    btest = function(...) return folded(band, all, all)(...) ~= 0 end,
    bnot = function(a) return ~bits(a) & all end,
    lshift = shift,
    rshift = function(a, n) return shift(a, -bits(n)) end,
    arshift = function(a, n)
      a, n = bits(a) & all, bits(n)
      if n < 0 or a < 0x80000000 then return shift(a, -n) end
      if n >= 32 then return all end
      return (a >> n | ~(all >> n)) & all
    end,
    lrotate = rotate,
    rrotate = function(a, n) return rotate(a, -bits(n)) end,
    extract = function(a, place, width)
      local from, mask = field(place, width)
      return (bits(a) & all) >> from & mask
    end,
    replace = function(a, value, place, width)
      local from, mask = field(place, width)
      return (bits(a) & all & ~(mask << from) | (bits(value) & mask) << from) & all
    end,
  }
end

package.preload.bit32 = make_bit32

-- The library of 5.00 for binary data; a tree's own is found before it.
local packed = {
  c = "b", C = "B", s = "i2", S = "I2", i = "i4", I = "I4", l = "i8", L = "I8", f = "f", d = "d", n = "n",
  z = "z", p = "s1", P = "s2", a = "s4",
}

local function walk(pattern, each)
  local order = "="
  for letter, count in pattern:gmatch("([%a<>=])%s*(%d*)") do
    if letter:find("[<>=]") then order = letter else each(letter, tonumber(count), order) end
  end
end

package.preload.bin = function()
  local bin = {}
  function bin.pack(pattern, ...)
    local parts, values, place = {}, table.pack(...), 0
    local function value()
      place = place + 1
      if place > values.n then error("bad argument #" .. (place + 1) .. " to 'pack' (no value)", 4) end
      return values[place]
    end
    walk(pattern, function(letter, count, order)
      for _ = 1, count or 1 do
        if letter == "x" then
          parts[#parts + 1] = "\0"
        elseif letter == "H" then
          parts[#parts + 1] = (value():gsub("%s", ""):gsub("%x%x?", function(d) return string.char(tonumber(d, 16)) end))
        elseif letter == "B" then
          parts[#parts + 1] = (value():gsub("[01]+", function(d) return string.char(tonumber(d, 2) & 255) end))
        elseif letter == "A" then
          parts[#parts + 1] = value()
        else
          local kind = packed[letter] or error("unknown format code '" .. letter .. "'", 3)
          local v = value()
          if kind:find("[bBiI]") then
            v = whole(tonumber(v) or v)
            local size = tonumber(kind:match("%d") or 1)
            if size < 8 and mtype(v) == "integer" then kind, v = "I" .. size, v & ((1 << 8 * size) - 1) end
          end
          parts[#parts + 1] = string.pack(order .. kind, v)
        end
      end
    end)
    return table.concat(parts)
  end
  function bin.unpack(pattern, data, place)
    local values, position = {}, place or 1
    local ended = false
    walk(pattern, function(letter, count, order)
      if ended then return end
      if letter == "A" or letter == "H" or letter == "B" then
        local length = count or 1
        if position + length - 1 > #data then
          ended = true
          return
        end
        local text = data:sub(position, position + length - 1)
        if letter == "H" then text = text:gsub(".", function(c) return format("%02X", c:byte()) end) end
        if letter == "B" then
          text = text:gsub(".", function(c)
            local digits = {}
            for i = 7, 0, -1 do digits[#digits + 1] = c:byte() >> i & 1 end
            return table.concat(digits)
          end)
        end
        values[#values + 1], position = text, position + length
        return
      end
      for _ = 1, count or 1 do
        local kind = packed[letter] or error("unknown format code '" .. letter .. "'", 3)
        local fine, v, after = pcall(string.unpack, order .. kind, data, position)
        if not fine then
          ended = true
          return
        end
        values[#values + 1], position = v, after
      end
    end)
    return position, unpack(values)
  end
  return bin
end

-- Habits of Lua 5.3 ---------------------------------------------------------------

-- Arithmetic on numeric strings gave floats.
local function arithmetic(event, operation)
  return function(a, b)
    local x, y = tonumber(a), tonumber(b)
    if x and y and (type(a) ~= "table" and type(b) ~= "table") then return operation(x + 0.0, y + 0.0) end
    for _, operand in ipairs {b, a} do
      local meta = type(operand) ~= "string" and true_metatable(operand)
      local handler = type(meta) == "table" and rawget(meta, event)
      if handler then return handler(a, b) end
    end
    local wrong = x and b or a
    error("attempt to perform arithmetic on a " .. type(wrong) .. " value", 2)
  end
end

-- `z` took a text without its final zero octet for one that ends with the data, and counted that octet.
local string_unpack = string.unpack

local function settled(pattern, data, place, fine, ...)
  if fine then return ... end
  local text = ...
  if text:find("unfinished string for format 'z'", 1, true) then
    data = data .. "\0"
    return settled(pattern, data, place, pcall(string_unpack, pattern, data, place))
  end
  error((text:gsub("'%?'", "'unpack'", 1)), 2)
end

local function lenient_unpack(pattern, data, place)
  return settled(pattern, data, place, pcall(string_unpack, pattern, data, place))
end

local function adopt_habits()
  string.unpack = lenient_unpack
  local meta = getmetatable("")
  meta.__add = arithmetic("__add", function(a, b) return a + b end)
  meta.__sub = arithmetic("__sub", function(a, b) return a - b end)
  meta.__mul = arithmetic("__mul", function(a, b) return a * b end)
  meta.__div = arithmetic("__div", function(a, b) return a / b end)
  meta.__mod = arithmetic("__mod", function(a, b) return a % b end)
  meta.__pow = arithmetic("__pow", function(a, b) return a ^ b end)
  meta.__idiv = arithmetic("__idiv", function(a, b) return a // b end)
  meta.__unm = arithmetic("__unm", function(a) return -a end)
  rawset(G, "bit32", make_bit32())
  loaded.bit32 = G.bit32
  -- Surrogates were code points like others.
  local utf8 = utf8
  local codepoint, codes, len = utf8.codepoint, utf8.codes, utf8.len
  utf8.charpattern = "[\0-\x7F\xC2-\xF4][\x80-\xBF]*"
  utf8.codepoint = function(s, i, j) return codepoint(s, i, j, true) end
  utf8.codes = function(s) return codes(s, true) end
  utf8.len = function(s, i, j) return len(s, i, j, true) end
  local randomseed = math.randomseed
  math.randomseed = function(x) randomseed(whole(x)) end
end

return {
  adopt_habits = adopt_habits,
  script_metatable = script_metatable,
  -- Takes what makes a library visible to scripts.
  show_with = function(show, view)
    shown, is_sealed = show, true
    legacy.package = extended(G.package, {seeall = seeall})
    for _, name in ipairs {"string", "math", "table", "package"} do legacy[name] = view(legacy[name], false) end
    script_metatable.__metatable = false
    script_metatable.__index = function(_, name)
      if name ~= "module" then return meaning(_, name) end
    end
  end,
  -- Gives the chunk of an old library the names that it expects.
  adapt_library = function(chunk) setupvalue(chunk, 1, library_globals) end,
}
