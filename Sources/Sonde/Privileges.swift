// SPDX-License-Identifier: Apache-2.0

internal import SondeIO

/// Whether a run may send and capture raw packets.
public enum Privileges {
    /// Decides for a plan.
    ///
    /// What was typed (`--privileged`, `--unprivileged`) comes first, then the environment (`NMAP_PRIVILEGED`,
    /// `NMAP_UNPRIVILEGED`); otherwise the system is asked for a raw socket.
    ///
    /// - Parameter typed: ``ScanPlan/isPrivileged``.
    /// - Returns: whether raw packets are tried.
    public static func mayUseRawPackets(typed: Bool?) -> Bool {
        typed ?? RawAccess.wish() ?? RawAccess.isAvailable()
    }
}
