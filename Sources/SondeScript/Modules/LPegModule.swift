// SPDX-License-Identifier: Apache-2.0

internal import CLPeg
package import SondeLua

/// The `lpeg` module: the distribution's LPeg, linked into the program.
package enum LPegModule {
    /// Makes `lpeg` global and loadable.
    package static func install(in state: LuaState) throws(LuaError) {
        let library = unsafe NativeLibrary(name: "lpeg", opener: luaopen_lpeg)
        try state.open(library)
        state.guardForeign("match", of: library)
    }
}
