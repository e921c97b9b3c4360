// SPDX-License-Identifier: Apache-2.0

internal import Glibc
internal import SondeModel

/// Whether this process may send and capture raw packets.
package enum RawAccess {
    /// Tries to open a raw socket, and closes it at once.
    ///
    /// The kernel asks for the same right when a packet socket is opened, but makes who closes one wait.
    package static func isAvailable(_ syscalls: Syscalls = Syscalls()) -> Bool {
        do throws(SystemError) {
            _ = try syscalls.rawSocket(.inet)
            return true
        } catch {
            return false
        }
    }

    /// What the environment says: `NMAP_PRIVILEGED` for yes, else `NMAP_UNPRIVILEGED` for no; nothing if neither is set.
    package static func wish(of environment: (String) -> String? = { name in Self.variable(name) }) -> Bool? {
        if environment("NMAP_PRIVILEGED") != nil { return true }
        return environment("NMAP_UNPRIVILEGED") != nil ? false : nil
    }

    private static func variable(_ name: String) -> String? {
        guard let value = unsafe getenv(name) else { return nil }
        return unsafe String(cString: value)
    }
}
