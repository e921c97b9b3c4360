// SPDX-License-Identifier: Apache-2.0

import SondeDatabase
import Testing

@Suite("RPCFile")
struct RPCFileTests {
    @Test("entries are read, anything else is passed over")
    func entries() {
        let text = "# one\nourd 100000 ours rpc # x\n  lined\t7\nbroken\nbad 5x\nbig 4294967296\nlast 7"
        let file = RPCFile(parsing: Array(text.utf8))
        #expect(file.count == 2)
        #expect(file.name(of: 100_000) == "ourd")
        #expect(file.name(of: 7) == "last")
        #expect(file.name(of: 5) == nil)
    }
}
