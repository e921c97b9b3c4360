// SPDX-License-Identifier: Apache-2.0

internal import CSystemShim
internal import Glibc
internal import SondeModel

/// System calls that threads beside the loop make: they know nothing of forced failures.
extension Syscalls {
    /// Sends packets in order, from one on: how many went, `nil` if there is no room for the first.
    static func sendPackets(
        _ descriptor: CInt,
        _ bytes: [UInt8],
        _ packets: ArraySlice<sonde_packet>
    ) -> Result<Int?, SystemError> {
        while true {
            // Safe because the caller's packets lie within the bytes, and both outlive the call.
            let sent = unsafe bytes.withUnsafeBytes { all in
                unsafe packets.withUnsafeBufferPointer { slots in
                    unsafe sonde_send_packets(descriptor, all.baseAddress, slots.baseAddress, slots.count)
                }
            }
            if sent >= 0 { return .success(Int(sent)) }
            let number = errno
            if number == EINTR { continue }
            return number == EAGAIN ? .success(nil) : .failure(SystemError(number: number, call: "sendmmsg"))
        }
    }

    /// Opens a TCP socket whose connecting waits for some microseconds at most: its number, or an error below zero.
    static func makePatientSocket(_ family: AddressFamily, microseconds: Int) -> CInt {
        let number = sonde_socket(family.digit, true)
        guard number >= 0 else { return -errno }
        guard sonde_set_connect_patience(number, microseconds) == 0 else {
            let error = errno
            close(number)
            return -error
        }
        return number
    }

    /// Makes a socket not wait in connecting any more.
    static func endPatience(_ descriptor: CInt) { _ = sonde_set_connect_patience(descriptor, 0) }

    /// Connects: 0, or the error number.
    static func connectPatiently(_ descriptor: CInt, _ address: SocketAddress) -> Int32 {
        var raw = address.raw
        while unsafe sonde_connect(descriptor, &raw) != 0 {
            let number = errno
            if number == EINTR { continue }
            return number == EISCONN ? 0 : number
        }
        return 0
    }
}

/// A descriptor with several owners, on several threads.
// Safe because the number never changes, and is closed by whoever lets go last.
final class SharedDescriptor: Sendable {
    /// The descriptor's number.
    let number: CInt

    /// Takes over an open descriptor.
    init(_ descriptor: consuming OwnedDescriptor) { number = descriptor.release() }

    deinit { Syscalls.close(number) }
}
