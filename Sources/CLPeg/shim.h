// SPDX-License-Identifier: Apache-2.0
// LPeg ships no header: its one entry point is declared here.
#pragma once
#include <lua.h>

/// Pushes the module table of LPeg. [-0, +1, m]; call it under a protected call.
int luaopen_lpeg(lua_State *L);
