// SPDX-License-Identifier: Apache-2.0

/// The only owner of one open descriptor; closes it when its life ends.
package struct OwnedDescriptor: ~Copyable {
    /// The descriptor's number, valid as long as this value lives.
    package let number: CInt

    /// Takes over an open descriptor.
    package init(_ number: CInt) { self.number = number }

    /// Gives the descriptor away without closing it.
    package consuming func release() -> CInt {
        let number = self.number
        discard self
        return number
    }

    deinit { Syscalls.close(number) }
}
