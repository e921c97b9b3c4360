-- SPDX-License-Identifier: Apache-2.0
local check = require "check"
local pcre = require "pcre"

categories = {"safe"}

prerule = function() return true end

local is, raises = check.is, check.raises

action = function()
  local r = pcre.new("(?<n>a)(b)?(c)", 0, "C")
  is("a pattern", '"userdata", "pcre_regex_handle: 0x"', type(r), tostring(r))
  is("exec", "3, 4, {1=3,2=3,3=false,4=false,5=4,6=4}", r:exec("xxac", 0))
  is("exec with all groups", "3, 5, {1=3,2=3,3=4,4=4,5=5,6=5}", r:exec("xxabc", 0, 0))
  is("match", '3, 4, {1="a",2=false,3="c",n="a"}', r:match("xxac"))
  is("match from the end", '3, 4, {1="a",2=false,3="c",n="a"}', r:match("xxac", -2))
  is("no match", "0, 0", select("#", r:match("zzz", 0)), select("#", r:match("xxac", 4)))
  local seen = {}
  is("gmatch", "3", r:gmatch("ac abc ac", function(m) seen[#seen + 1] = m end))
  is("gmatch sees", '{1="ac",2="abc",3="ac"}', seen)
  is("gmatch ends", "1, 2", r:gmatch("ac abc ac", function() return true end),
    r:gmatch("ac abc ac", function() end, 2))
  raises("no locale", "PCRE compilation failed", pcre.new, "a", 0, nil)
  raises("no pattern", "bad argument #1 to 'pcre.new' (string expected, got no value)", pcre.new)
  raises("no flags", "bad argument #2 to 'pcre.new' (number expected, got string)", pcre.new, "a", "x", "C")
  local raises_text = select(2, pcall(pcre.new, "(a", 0, "C"))
  is("a bad pattern", "true", raises_text:find("(pattern offset: 3)", 1, true) ~= nil)
  raises("another type", "bad argument #1 to '?' (pcre_regex_handle expected, got table)", r.exec, {}, "x")
  local f = pcre.flags()
  is("flags", "1, 2, 4, 8, 16, 2048", f.CASELESS, f.MULTILINE, f.DOTALL, f.EXTENDED, f.ANCHORED, f.UTF8)
  is("caseless", "1, 1, {}", pcre.new("A", f.CASELESS, "C"):exec("a"))
  is("version", '"string"', type(pcre.version()))
  return check.report()
end
