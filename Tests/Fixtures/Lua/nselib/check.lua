-- SPDX-License-Identifier: Apache-2.0
--
-- Checks for conformance scripts. The same script runs under the reference with `--script-args reference`: where the
-- two differ knowingly, the expectation for the reference is given after ours.

local nmap = require "nmap"
local check = {count = 0, failures = {}}

function check.is_reference()
  local args = nmap.registry.args
  for _, word in ipairs(args) do
    if word == "reference" then return true end
  end
  return args.reference ~= nil
end

-- A value in a form that is the same in every run: addresses are left out, keys are sorted.
local function show(value, depth)
  depth = depth or 0
  local kind = type(value)
  if kind == "string" then
    return (string.format("%q", value):gsub("\\\n", "\\n"):gsub("0x%x+", "0x"))
  elseif kind == "table" and depth < 4 then
    local keys, parts = {}, {}
    for key in pairs(value) do keys[#keys + 1] = key end
    table.sort(keys, function(a, b) return tostring(a) < tostring(b) end)
    for _, key in ipairs(keys) do parts[#parts + 1] = tostring(key) .. "=" .. show(value[key], depth + 1) end
    return "{" .. table.concat(parts, ",") .. "}"
  end
  return (tostring(value):gsub("0x%x+", "0x"))
end

local function show_all(...)
  local parts = table.pack(...)
  for i = 1, parts.n do parts[i] = show(parts[i]) end
  return table.concat(parts, ", ", 1, parts.n)
end

local function compare(label, expected, actual)
  check.count = check.count + 1
  if expected ~= actual then
    check.failures[#check.failures + 1] = label .. ": expected " .. expected .. " but got " .. actual
  end
end

-- The values after the expectation must look like it.
function check.is(label, expected, ...) compare(label, expected, show_all(...)) end

-- As `is`, with what the reference says where it differs.
function check.differs(label, expected, reference, ...)
  compare(label, check.is_reference() and reference or expected, show_all(...))
end

local function message(f, ...)
  local ok, text = pcall(f, ...)
  if ok then return "(no error)" end
  return type(text) == "string" and text:gsub("^[^\n]-:%d+: ", "") or show(text)
end

-- A call must raise this text; the place before it is left out.
function check.raises(label, expected, f, ...) compare(label, expected, message(f, ...)) end

-- As `raises`, with what the reference says where it differs.
function check.raises_differently(label, expected, reference, f, ...)
  compare(label, check.is_reference() and reference or expected, message(f, ...))
end

function check.report()
  local lines = {check.count .. " checks, " .. #check.failures .. " failures"}
  for _, line in ipairs(check.failures) do lines[#lines + 1] = line end
  check.count, check.failures = 0, {}
  return table.concat(lines, "\n")
end

return check
