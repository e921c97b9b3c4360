// SPDX-License-Identifier: Apache-2.0

/// The version of this library and of the command over it.
public enum SondeVersion {
    /// The version, by semantic versioning.
    public static let current = "0.1.0"
}
