// SPDX-License-Identifier: Apache-2.0

import SondeModel
import Testing

@testable import SondeIO

@Suite struct InterfaceListTests {
    @Test("the loopback interface is listed with its address, prefix and size")
    func loopback() throws {
        let interface = try #require(try InterfaceList.current().first { $0.linkKind == .loopback })
        let address = try #require(interface.addresses.first { $0.address.family == .inet })
        #expect(address.address.description == "127.0.0.1")
        #expect(address.prefixLength == 8)
        #expect(address.broadcast == nil)
        #expect(interface.isUp)
        #expect(interface.maximumPacketSize > 0)
        #expect(interface.index > 0)
        #expect(interface.hardwareAddress == nil)
    }

    @Test("a hardware address is given for Ethernet only")
    func hardwareAddresses() throws {
        for interface in try InterfaceList.current() where interface.linkKind != .ethernet {
            #expect(interface.hardwareAddress == nil)
        }
    }

    @Test(
        "a mask gives the count of its leading ones",
        arguments: [
            ("255.255.255.0", 24), ("255.255.255.255", 32), ("0.0.0.0", 0), ("255.128.0.0", 9),
            ("255.0.255.0", 8), ("ffff:ffff:ffff:ffff::", 64), ("::", 0),
            ("ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", 128),
        ]
    )
    func prefixLength(mask: String, length: Int) throws {
        #expect(InterfaceList.prefixLength(try #require(IPAddress(mask))) == length)
    }

    @Test("the short name of an alias is that of its interface")
    func shortName() {
        #expect(Interface(name: "eth0:1", index: 2, linkKind: .ethernet).shortName == "eth0")
        #expect(Interface(name: "wlan0", index: 3, linkKind: .ethernet).shortName == "wlan0")
    }

    @Test("the first address of a family passes over link-local ones if there is another")
    func firstAddress() throws {
        let texts = ["fe80::1%2", "2001:db8::5", "10.0.0.1", "10.0.0.2"]
        let addresses = try texts.map {
            InterfaceAddress(address: try #require(IPAddress($0)), prefixLength: 64)
        }
        let interface = Interface(name: "eth0", index: 2, addresses: addresses, linkKind: .ethernet)
        #expect(interface.firstAddress(.inet6)?.address.description == "2001:db8::5")
        #expect(interface.firstAddress(.inet)?.address.description == "10.0.0.1")
        #expect(Interface(name: "x", index: 1, linkKind: .other).firstAddress(.inet) == nil)
    }
}
