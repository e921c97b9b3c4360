// SPDX-License-Identifier: Apache-2.0

import Glibc
import SondeModel
import SondeTestSupport
import Testing

@testable import SondeIO

@Suite struct SystemTests {
    @Test("a system error is told with the call and the system's words")
    func errorText() {
        #expect(SystemError(number: EACCES, call: "bind").description == "bind: Permission denied")
        #expect(SystemError(number: 99_999, call: "x").description == "x: error 99999")
    }

    @Test(
        "a socket address survives the way to the system and back",
        arguments: ["127.0.0.1", "255.255.255.255", "::1", "2001:db8:1:2:3:4:5:6", "fe80::1%3"]
    )
    func socketAddress(text: String) throws {
        let address = SocketAddress(try #require(IPAddress(text)), port: 54321)
        #expect(SocketAddress(address.raw) == address)
    }

    @Test("socket addresses are written as usual")
    func socketAddressText() throws {
        #expect(SocketAddress.loopback(80).description == "127.0.0.1:80")
        #expect(SocketAddress(try #require(IPAddress("::1")), port: 80).description == "[::1]:80")
    }

    @Test("forced failures count calls, of one name or of all")
    func forced() throws {
        let syscalls = Syscalls()
        syscalls.force(ForcedFailure(call: "socket", occurrence: 2, number: EIO))
        _ = try syscalls.makeWakeup()
        _ = try syscalls.socket(.inet, isStream: true)
        #expect(throws: SystemError(number: EIO, call: "socket")) {
            _ = try syscalls.socket(.inet, isStream: true)
        }
        syscalls.force(ForcedFailure(occurrence: 1, number: EPERM))
        #expect(throws: SystemError(number: EPERM, call: "eventfd")) { _ = try syscalls.makeWakeup() }
        #expect(syscalls.forcedCount == 2)
        _ = try syscalls.socket(.inet, isStream: true)
    }
}
