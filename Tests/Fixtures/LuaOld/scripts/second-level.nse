-- SPDX-License-Identifier: Apache-2.0
categories = {"safe"}
runlevel = 2.5
require "stdnse"
portrule = function() return true end
action = function() return nmap.registry.first end
