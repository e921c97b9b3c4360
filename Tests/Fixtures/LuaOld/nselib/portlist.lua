-- SPDX-License-Identifier: Apache-2.0

module("portlist", package.seeall)

require "stdnse"

function any(host, port) return port.protocol == "tcp" end

function name() return stdnse.join("-", {_NAME, stdnse.next_number()}) end
