// SPDX-License-Identifier: Apache-2.0

internal import SondeModel

/// The octets of the routing socket (`rtnetlink`, host byte order, everything padded to four octets).
enum RouteMessage {
    static let newRoute: UInt16 = 24
    static let getRoute: UInt16 = 26
    private static let errorType: UInt16 = 2
    private static let isRequest: UInt16 = 1
    private static let destinationAttribute: UInt16 = 1
    private static let interfaceAttribute: UInt16 = 4
    private static let gatewayAttribute: UInt16 = 5
    private static let sourceAttribute: UInt16 = 7
    private static let headerCount = 16
    static let routeCount = 12

    /// What the system answers.
    enum Answer: Equatable {
        /// The route.
        case route(Route)
        /// There is none, or the question was refused: an error number.
        case failure(Int32)
    }

    /// The question for the route to one destination.
    ///
    /// - Parameters:
    ///   - destination: where to; its zone is an interface the route must lead through.
    ///   - interface: another such interface, which comes first.
    ///   - sequence: what the answer is known by.
    /// - Returns: the octets.
    static func question(
        _ destination: IPAddress,
        through interface: UInt32? = nil,
        sequence: UInt32
    ) -> [UInt8] {
        let octets = destination.octets
        var attributes = pair(UInt16(4 + octets.count), destinationAttribute) + octets
        if let index = interface ?? (destination.zone == 0 ? nil : destination.zone) {
            attributes += pair(8, interfaceAttribute) + bytes(of: index)
        }
        let family: UInt8 = destination.family == .inet ? 2 : 10
        let route =
            [family, UInt8(destination.family.bitCount)] + [UInt8](repeating: 0, count: routeCount - 2)
        let count = headerCount + route.count + attributes.count
        let header =
            bytes(of: UInt32(count)) + pair(getRoute, isRequest) + bytes(of: sequence) + [0, 0, 0, 0]
        return header + route + attributes
    }

    /// Reads an answer; nil if the octets are not the answer to this question.
    static func answer(_ octets: [UInt8], sequence: UInt32) -> Answer? {
        guard octets.count >= headerCount, number32(octets[...], 8) == sequence else { return nil }
        let end = min(Int(number32(octets[...], 0)), octets.count)
        switch number16(octets[...], 4) {
        case errorType where end >= headerCount + 4:
            let code = Int32(bitPattern: number32(octets[...], headerCount))
            return .failure(code == .min ? .max : abs(code))
        case newRoute where end >= headerCount + routeCount:
            return route(octets[headerCount..<end])
        default: return nil
        }
    }

    private static func route(_ octets: ArraySlice<UInt8>) -> Answer? {
        guard let first = octets.first else { return nil }
        let family: AddressFamily = first == 2 ? .inet : .inet6
        var source: IPAddress?
        var gateway: IPAddress?
        var interface: UInt32?
        var index = octets.startIndex + routeCount
        while index + 4 <= octets.endIndex {
            let length = Int(number16(octets, index))
            guard length >= 4, index + length <= octets.endIndex else { break }
            let value = Array(octets[index + 4..<index + length])
            switch number16(octets, index + 2) & 0x3FFF {
            case interfaceAttribute where value.count == 4: interface = number32(value[...], 0)
            case gatewayAttribute: gateway = address(value, family)
            case sourceAttribute: source = address(value, family)
            default: break
            }
            index += (length + 3) & ~3
        }
        guard let source else { return nil }
        return .route(Route(source: source, interfaceIndex: interface, gateway: gateway))
    }

    /// The network that a listed route leads to.
    static func network(in octets: ArraySlice<UInt8>) -> IPNetwork? {
        guard octets.count >= routeCount, let first = octets.first else { return nil }
        let family: AddressFamily = first == 2 ? .inet : .inet6
        var address = IPAddress(family: family, value: 0)
        Netlink.attributes(octets.dropFirst(routeCount)) { number, value in
            if number == destinationAttribute { address = IPAddress(octets: value) ?? address }
        }
        guard address.family == family else { return nil }
        return IPNetwork(address, prefixLength: Int(octets[octets.startIndex + 1]))
    }

    private static func address(_ octets: [UInt8], _ family: AddressFamily) -> IPAddress? {
        guard let address = IPAddress(octets: octets), address.family == family else { return nil }
        return address
    }

    private static func pair(_ one: UInt16, _ other: UInt16) -> [UInt8] { bytes(of: one) + bytes(of: other) }

    private static func bytes(of number: some FixedWidthInteger) -> [UInt8] {
        unsafe withUnsafeBytes(of: number) { unsafe Array($0) }
    }

    private static func number16(_ octets: ArraySlice<UInt8>, _ index: Int) -> UInt16 {
        number(octets, index)
    }

    private static func number32(_ octets: ArraySlice<UInt8>, _ index: Int) -> UInt32 {
        number(octets, index)
    }

    /// Reads a number in host byte order; the caller has checked that it is there.
    private static func number<Number: FixedWidthInteger>(_ octets: ArraySlice<UInt8>, _ index: Int) -> Number
    {
        let size = MemoryLayout<Number>.size
        let number = octets[index..<index + size].reversed().reduce(Number(0)) { $0 << 8 | Number($1) }
        return Number(littleEndian: number)
    }
}
