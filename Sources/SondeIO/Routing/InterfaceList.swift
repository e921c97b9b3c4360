// SPDX-License-Identifier: Apache-2.0

internal import CSystemShim
internal import Glibc
internal import SondeModel

/// Lists the host's interfaces.
package enum InterfaceList {
    /// The interfaces as they are now, in the system's order; aliases count as interfaces of their own.
    package static func current() throws(SystemError) -> [Interface] {
        var first: UnsafeMutablePointer<ifaddrs>?
        guard unsafe getifaddrs(&first) == 0 else {
            throw SystemError(number: errno, call: "getifaddrs")
        }
        defer { unsafe freeifaddrs(first) }
        var interfaces: [Interface] = []
        var positions: [String: Int] = [:]
        var next = unsafe first
        while let entry = unsafe next {
            unsafe next = unsafe entry.pointee.ifa_next
            unsafe add(entry.pointee, to: &interfaces, &positions)
        }
        copyLinks(to: &interfaces, positions)
        sortAddresses(of: &interfaces, by: listedAddresses())
        return interfaces
    }

    private static func add(_ entry: ifaddrs, to list: inout [Interface], _ positions: inout [String: Int]) {
        guard let label = unsafe entry.ifa_name else { return }
        let name = unsafe String(cString: label)
        let position = positions[name] ?? list.count
        if position == list.count {
            positions[name] = position
            list.append(makeInterface(name: name, flags: unsafe entry.ifa_flags))
        }
        if let link = unsafe LinkAddress(entry.ifa_addr) {
            list[position].linkKind = link.kind(or: list[position].linkKind)
            list[position].hardwareAddress = list[position].linkKind == .ethernet ? link.hardwareAddress : nil
        }
        guard let address = unsafe RawAddress.address(entry.ifa_addr) else { return }
        let mask = unsafe RawAddress.address(entry.ifa_netmask)
        let hasBroadcast = unsafe entry.ifa_flags & UInt32(IFF_BROADCAST) != 0
        let broadcast = unsafe hasBroadcast ? RawAddress.address(entry.ifa_ifu.ifu_broadaddr) : nil
        list[position].addresses.append(
            InterfaceAddress(
                address: address,
                prefixLength: mask.map { prefixLength($0) } ?? address.family.bitCount,
                broadcast: address.family == .inet ? broadcast : nil
            )
        )
    }

    /// The IPv6 addresses in the order of `/proc/net/if_inet6`, which is the one that scripts know; none where there is no
    /// such file.
    private static func listedAddresses() -> [IPAddress: Int] {
        guard let octets = try? FileReader.contents(of: "/proc/net/if_inet6") else { return [:] }
        var order: [IPAddress: Int] = [:]
        for line in octets.split(separator: UInt8(ascii: "\n")) {
            guard let value = UInt128(String(decoding: line.prefix(32), as: UTF8.self), radix: 16) else {
                continue
            }
            order[IPAddress(family: .inet6, value: value)] = order.count
        }
        return order
    }

    /// Puts listed addresses into their order; others stay before them.
    static func sortAddresses(of interfaces: inout [Interface], by order: [IPAddress: Int]) {
        for index in interfaces.indices {
            let place = { (one: InterfaceAddress) in order[one.address.withoutZone] ?? -1 }
            let sorted = interfaces[index].addresses.enumerated().sorted { one, other in
                (place(one.element), one.offset) < (place(other.element), other.offset)
            }
            interfaces[index].addresses = sorted.map(\.element)
        }
    }

    /// The leading ones of a mask.
    static func prefixLength(_ mask: IPAddress) -> Int {
        let shifted = mask.value << UInt128(128 - mask.family.bitCount)
        return min((~shifted).leadingZeroBitCount, mask.family.bitCount)
    }

    private static func makeInterface(name: String, flags: UInt32) -> Interface {
        let has = { (bit: UInt32) in flags & bit != 0 }
        let kind: LinkKind =
            has(UInt32(IFF_LOOPBACK))
            ? .loopback : has(UInt32(IFF_POINTOPOINT)) ? .pointToPoint : .other
        return Interface(
            name: name,
            index: unsafe if_nametoindex(name),
            linkKind: kind,
            isUp: has(UInt32(IFF_UP)),
            maximumPacketSize: maximumPacketSize(of: name)
        )
    }

    /// Asks for the interface's MTU with `SIOCGIFMTU`; 0 if that fails.
    private static func maximumPacketSize(of name: String) -> Int {
        let requestNumber: UInt = 0x8921
        let descriptor = sonde_socket(AddressFamily.inet.digit, false)
        guard descriptor >= 0 else { return 0 }
        defer { close(descriptor) }
        // A `struct ifreq`: the name in 16 octets, then a union of which the MTU is a 32-bit member.
        var request = [UInt8](name.utf8.prefix(15))
        request += [UInt8](repeating: 0, count: 64 - request.count)
        return unsafe request.withUnsafeMutableBytes { buffer in
            guard let start = buffer.baseAddress, unsafe ioctl(descriptor, requestNumber, start) == 0 else {
                return 0
            }
            return Int(unsafe buffer.load(fromByteOffset: 16, as: Int32.self))
        }
    }

    /// Gives aliases, which the system lists without link data, what their interface has.
    private static func copyLinks(to list: inout [Interface], _ positions: [String: Int]) {
        for index in list.indices where list[index].name != list[index].shortName {
            guard let base = positions[list[index].shortName] else { continue }
            list[index].linkKind = list[base].linkKind
            list[index].hardwareAddress = list[base].hardwareAddress
        }
    }
}

/// A `sockaddr_ll`: what link an interface is on, and its address there.
private struct LinkAddress {
    private static let packetFamily: CInt = 17
    private static let ethernet = 1
    private static let loopback = 772
    private static let pointToPoint: Set<Int> = [512, 513, 768, 769, 776, 778, 823, 65534]

    let hardwareType: Int
    let hardwareAddress: MACAddress?

    init?(_ raw: UnsafePointer<sockaddr>?) {
        guard let raw = unsafe raw, unsafe RawAddress.family(raw) == Self.packetFamily else { return nil }
        // For this family the system gives 20 octets: type at 8, length at 11, address from 12.
        let octets = unsafe Array(UnsafeRawBufferPointer(start: raw, count: 20))
        hardwareType = Int(octets[9]) << 8 | Int(octets[8])
        hardwareAddress = octets[11] == 6 ? MACAddress(octets: octets[12..<18]) : nil
    }

    /// The kind, or what the interface's flags said if the type tells nothing.
    func kind(or fallback: LinkKind) -> LinkKind {
        switch hardwareType {
        case Self.ethernet: .ethernet
        case Self.loopback: .loopback
        case let type where Self.pointToPoint.contains(type): .pointToPoint
        default: fallback
        }
    }
}
