// SPDX-License-Identifier: Apache-2.0

/// Why a packet or frame was not sent.
package enum PacketError: Error, Hashable, Sendable {
    /// The gate does not let it pass.
    case denied
    /// Too many wait already.
    case full
    /// What the system says.
    case system(SystemError)
}

extension PacketError: CustomStringConvertible {
    /// What went wrong.
    package var description: String {
        switch self {
        case .denied: "the destination is out of scope"
        case .full: "too many packets wait to be sent"
        case .system(let error): error.description
        }
    }
}
