-- SPDX-License-Identifier: Apache-2.0
local check = require "check"
local coroutine = require "coroutine"
local nmap = require "nmap"
local stdnse = require "stdnse"
local table = require "table"

categories = {"safe"}

prerule = function() return true end

local is, raises = check.is, check.raises

-- Waits until something holds, for a second at most.
local function settle(holds)
  for _ = 1, 200 do
    if holds() then return end
    stdnse.sleep(0.005)
  end
end

local function mutexes()
  raises("mutex of nil", "bad argument #1 to 'nmap.mutex' (object expected)", nmap.mutex, nil)
  raises("mutex of nothing", "bad argument #1 to 'nmap.mutex' (object expected)", nmap.mutex)
  raises("mutex of a boolean", "bad argument #1 to 'nmap.mutex' (object expected)", nmap.mutex, true)
  raises("mutex of a number", "bad argument #1 to 'nmap.mutex' (object expected)", nmap.mutex, 5)
  local m, key = nmap.mutex("a"), {}
  is("same key, same function", "true, true, false", m == nmap.mutex("a"), nmap.mutex(key) == nmap.mutex(key),
    m == nmap.condvar("a"))
  is("lock", "0", select("#", m("lock")))
  is("trylock of a held one", "false", m("trylock"))
  is("running", "true", m("running") == coroutine.running())
  raises("done by a nested coroutine", "do not have a lock on this mutex", function()
    local ok, text = coroutine.resume(coroutine.create(function() return m("done") end))
    error(text, 0)
  end)
  is("done", "0", select("#", m("done")))
  raises("done of a free one", "do not have a lock on this mutex", m, "done")
  is("running of a free one", "nil", m("running"))
  raises("no such act", "bad argument #1 to '?' (invalid option 'foo')", m, "foo")
  raises("no act", "bad argument #1 to '?' (string expected, got no value)", m)
  is("trylock of a free one", "true", m("trylock"))
  m("done")
end

local function handing_over()
  local m, order = nmap.mutex("hand"), {}
  m("lock")
  for i = 1, 3 do
    stdnse.new_thread(function()
      m("lock")
      order[#order + 1] = i
      m("done")
    end)
    stdnse.sleep(0.01)
  end
  m("done")
  settle(function() return #order == 3 end)
  is("waiters get it first come, first served", "{1=1,2=2,3=3}", order)
  stdnse.new_thread(function()
    m("lock")
    error("dies with it")
  end)
  settle(function() return not m("running") end)
  is("a thread that dies gives its mutex back", "true", m("trylock"))
  m("done")
end

local function conditions()
  raises("condvar of a number", "bad argument #1 to 'nmap.condvar' (object expected)", nmap.condvar, 5)
  local c, woken = nmap.condvar("c"), {}
  raises("no such act", "bad argument #1 to '?' (invalid option 'foo')", c, "foo")
  raises("no act", "bad argument #1 to '?' (string expected, got no value)", c)
  is("signal and broadcast to nobody", "0, 0", select("#", c("signal")), select("#", c("broadcast")))
  for i = 1, 3 do
    stdnse.new_thread(function()
      c("wait")
      woken[#woken + 1] = i
      -- Its end wakes everybody who waits: it must outlive the checks.
      stdnse.sleep(0.3)
    end)
    stdnse.sleep(0.01)
  end
  c("signal")
  settle(function() return #woken == 1 end)
  is("signal wakes the one that came last", "{1=3}", woken)
  c("broadcast")
  settle(function() return #woken == 3 end)
  is("broadcast wakes all", "3", #woken)
  local d = nmap.condvar("d")
  stdnse.new_thread(function()
    nmap.condvar("d")
    stdnse.sleep(0.01)
    error("dies")
  end)
  d("wait")
  is("the end of a thread that knew a condition variable wakes its waiters", "true", true)
end

local function exceptions()
  local try = nmap.new_try()
  is("try passes on", "1, 2", try(true, 1, 2))
  is("try takes any truth", '"x"', try(5, "x"))
  local ok, value = pcall(try, false, "why")
  is("try raises a table", '{errtype="nmap.new_try",message="why"}', value)
  ok, value = pcall(try, nil, "why")
  is("try raises for nil", '{errtype="nmap.new_try",message="why"}', value)
  ok, value = pcall(try)
  is("try raises for nothing", '{errtype="nmap.new_try"}', value)
  local called = 0
  pcall(nmap.new_try(function()
    stdnse.sleep(0)
    called = called + 1
  end), false)
  is("the handler is called and may wait", "1", called)
end

local function workers()
  raises("new_thread of no function", "function expected", stdnse.new_thread, 5)
  local function outcome(f)
    local co, info = stdnse.new_thread(f)
    local before = info()
    settle(function() return select(2, info()) ~= nil or info() == "dead" end)
    return before, info()
  end
  is("a worker that fails", '"suspended", "dead", "worker failed"', outcome(function() error("worker failed", 0) end))
  is("a worker that raises a table", '"suspended", "dead", {a=1}', outcome(function() error({a = 1}) end))
  is("a worker's exception", '"suspended", "dead", "oops"', outcome(function() nmap.new_try()(false, "oops") end))
  is("a worker that returns", '"suspended", "dead", nil', outcome(function() return 5 end))
  check.differs("a worker that yields", '"suspended", "dead", "yielded unexpectedly and cannot be resumed"',
    '"suspended", "suspended", "yielded unexpectedly and cannot be resumed"',
    outcome(function() coroutine.yield(1) end))
  local id
  stdnse.new_thread(function() id = {stdnse.isworker(), (stdnse.getinfo():gsub(":%x+", ""))} end)
  settle(function() return id end)
  is("a worker's names", '{1=true,2="nmap-sync W"}', id)
  is("names", '"nmap-sync", "thread: 0x", "nmap-sync M", false, true', stdnse.getid(), stdnse.gettid(),
    (stdnse.getinfo():gsub(":%x+", "")), stdnse.isworker(), stdnse.base() == coroutine.running())
  is("no host and no port", "nil, nil", stdnse.gethostport())
  is("silent_require", "false", (pcall(stdnse.silent_require, "no.such.module")))
end

local function coroutines()
  raises("waiting in a comparison", "attempt to yield across a C-call boundary", table.sort, {3, 2, 1},
    function(a, b)
      nmap.socket.sleep(0)
      return a < b
    end)
  raises("waiting in a replacement", "attempt to yield across a C-call boundary", string.gsub, "abc", ".",
    function() nmap.socket.sleep(0) end)
  local inner = coroutine.wrap(function()
    for i = 1, 3 do
      nmap.socket.sleep(0)
      coroutine.yield(i)
    end
  end)
  is("nested coroutines wait and yield", "1, 2, 3", inner(), inner(), inner())
  is("waiting in pcall", "true, 7", pcall(function()
    nmap.socket.sleep(0)
    return 7
  end))
  is("isyieldable", "true", coroutine.isyieldable())
  is("a metamethod may wait", "4", setmetatable({}, {__index = function(_, k)
    nmap.socket.sleep(0)
    return k
  end})[4])
  raises("an error in a wrapped coroutine", "boom", coroutine.wrap(function() error("boom") end))
  is("an error in a coroutine", 'false, "boom"', coroutine.resume(coroutine.create(function() error("boom", 0) end)))
  is("strict", "false, false", pcall(function() return no_such_name end) and true, (pcall(function() _G.zzz = 1 end)))
end

action = function()
  mutexes()
  handing_over()
  conditions()
  exceptions()
  workers()
  coroutines()
  return check.report()
end
