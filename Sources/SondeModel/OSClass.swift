// SPDX-License-Identifier: Apache-2.0

/// A kind of operating system or device.
public struct OSClass: Hashable, Sendable {
    /// Who makes it.
    public var vendor: String
    /// The family of systems, as `Linux`.
    public var family: String
    /// The generation, as `5.X`; nothing if the family has none.
    public var generation: String?
    /// The kind of device, as `general purpose`.
    public var type: String
    /// Common Platform Enumeration names.
    public var cpes: [String]

    /// Makes a class.
    public init(vendor: String, family: String, generation: String?, type: String, cpes: [String] = []) {
        self.vendor = vendor
        self.family = family
        self.generation = generation
        self.type = type
        self.cpes = cpes
    }
}
