// SPDX-License-Identifier: Apache-2.0

/// What is to be captured, and where.
///
/// Equal requests share one capture of the kernel.
package struct CaptureRequest: Hashable, Sendable {
    /// The interface, or `any` for all of them.
    package var device: String
    /// The most octets of a packet that are kept.
    package var snapLength: Int
    /// Whether frames for other hosts are wanted too.
    package var isPromiscuous: Bool
    /// Whether only packets that arrive are wanted, not those that leave.
    package var isInboundOnly = false
    /// Which packets are wanted, in the language of `pcap-filter(7)`; empty for all.
    package var filter: String

    /// Makes a request.
    package init(device: String, snapLength: Int = 256, isPromiscuous: Bool = false, filter: String = "") {
        self.device = device
        self.snapLength = snapLength
        self.isPromiscuous = isPromiscuous
        self.filter = filter
    }
}
