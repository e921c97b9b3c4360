// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <lauxlib.h>
#include <lua.h>
#include <lualib.h>
