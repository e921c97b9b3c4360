// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <zlib.h>

/// Starts compressing: `deflateInit2`, which is a macro.
static inline int sonde_zlib_start_deflating(
    z_stream *_Nonnull stream, int level, int method, int window_bits, int memory_level, int strategy) {
    return deflateInit2(stream, level, method, window_bits, memory_level, strategy);
}

/// Starts decompressing: `inflateInit2`, which is a macro.
static inline int sonde_zlib_start_inflating(z_stream *_Nonnull stream, int window_bits) {
    return inflateInit2(stream, window_bits);
}
