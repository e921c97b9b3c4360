// SPDX-License-Identifier: Apache-2.0

/// What kind of link an interface is on, with the words scripts know.
package enum LinkKind: String, Hashable, Sendable, CaseIterable {
    /// Ethernet and what looks like it.
    case ethernet
    /// The host's own loopback.
    case loopback
    /// A link with one other end.
    case pointToPoint = "p2p"
    /// Anything else.
    case other
}
