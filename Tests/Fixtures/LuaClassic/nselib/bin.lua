-- SPDX-License-Identifier: Apache-2.0
--
-- Trees for Lua 5.3 have a library of this name.
return {pack = string.pack, unpack = string.unpack}
