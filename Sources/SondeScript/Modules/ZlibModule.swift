// SPDX-License-Identifier: Apache-2.0

package import SondeLua

package enum ZlibModule {
    package static func install(in state: LuaState) throws(LuaError) {
        try NativeModules.withTable("zlib", in: state) { _ in }
    }
}
