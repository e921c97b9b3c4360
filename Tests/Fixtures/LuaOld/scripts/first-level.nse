-- SPDX-License-Identifier: Apache-2.0
categories = {"safe"}
runlevel = 1
require "stdnse"
portrule = function() return true end
action = function() nmap.registry.first = "the first has run" end
