// SPDX-License-Identifier: Apache-2.0

/// One header between the fixed IPv6 header and what the packet carries.
package struct IPv6Extension: Hashable, Sendable {
    /// Its kind, as the header before it calls it.
    package var kind: IPProtocol
    /// Its octets, the first two included.
    package var range: Range<Int>
}

/// All extension headers of a packet, and what comes behind them.
package struct IPv6Extensions: Hashable, Sendable {
    /// Extension headers that are read at most; a sane packet has three.
    package static let most = 16

    /// The headers in their order.
    package private(set) var headers: [IPv6Extension] = []
    /// What the packet carries.
    package private(set) var proto: IPProtocol
    /// Where that lies.
    package private(set) var payload: Range<Int>
    /// Where this fragment's data begins in the whole packet, octets; 0 for whole packets and first fragments.
    package private(set) var fragmentOffset = 0
    /// What the fragments of one packet share; nothing for a whole packet.
    package private(set) var identification: UInt32?
    /// Whether another fragment follows this one.
    package private(set) var hasMoreFragments = false

    /// Reads the headers behind a fixed header.
    ///
    /// - Parameters:
    ///   - octets: the packet.
    ///   - header: its fixed header.
    /// - Throws: if the octets are no such thing.
    package init(parsing octets: Span<UInt8>, after header: IPv6Header) throws(WireError) {
        proto = header.nextHeader
        payload = header.payload
        while headers.count < Self.most, let length = try length(octets) {
            let end = payload.lowerBound + length
            guard end <= payload.upperBound else { throw WireError(.truncated, at: payload.upperBound) }
            headers.append(IPv6Extension(kind: proto, range: payload.lowerBound..<end))
            if proto == .fragment {
                let word = try octets.uint16(at: payload.lowerBound + 2)
                fragmentOffset = Int(word & 0xFFF8)
                hasMoreFragments = word & 1 != 0
                identification = try octets.uint32(at: payload.lowerBound + 4)
            }
            proto = IPProtocol(rawValue: try octets.octet(at: payload.lowerBound))
            payload = end..<payload.upperBound
            if fragmentOffset > 0 { return }
        }
    }

    /// Octets of the extension header that begins now; nothing if there is none.
    private func length(_ octets: Span<UInt8>) throws(WireError) -> Int? {
        switch proto {
        case .hopByHop, .routing, .destinationOptions, .mobility:
            (Int(try octets.octet(at: payload.lowerBound + 1)) + 1) * 8
        case .fragment: 8
        case .authentication: (Int(try octets.octet(at: payload.lowerBound + 1)) + 2) * 4
        default: nil
        }
    }
}
