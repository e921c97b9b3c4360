// SPDX-License-Identifier: Apache-2.0

import SondeModel
import Testing

@testable import SondeIO

@Suite struct RouteListingTests {
    @Test func ipv4RoutesAreRead() throws {
        let text = """
            Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\t\tMTU\tWindow\tIRTT
            a0\t00004D0A\t00000000\t0001\t0\t0\t0\t80FFFFFF\t0\t0\t0
            a0\t80004D0A\t03004D0A\t0003\t0\t0\t7\t80FFFFFF\t0\t0\t0
            broken
            """
        let routes = RouteListing.routes(ipv4: Array(text.utf8))
        #expect(routes.map { "\($0.network)" } == ["10.77.0.0/25", "10.77.0.128/25"])
        #expect(routes[0].gateway == nil && routes[1].gateway == IPAddress("10.77.0.3"))
        #expect(routes[1].metric == 7 && routes[1].interface == "a0")
    }

    @Test func ipv6RoutesAreRead() throws {
        let zeros = String(repeating: "0", count: 32)
        let text =
            "fd770077" + String(repeating: "0", count: 24) + " 40 \(zeros) 00 \(zeros) 00000100 1 0 1 a0\n"
            + "\(zeros) 00 \(zeros) 00 \(zeros) ffffffff 1 0 00200200 lo\n"
        let routes = RouteListing.routes(ipv6: Array(text.utf8))
        #expect(routes.count == 1 && "\(routes[0].network)" == "fd77:77::/64" && routes[0].metric == 256)
    }
}
