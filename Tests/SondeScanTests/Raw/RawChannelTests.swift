// SPDX-License-Identifier: Apache-2.0

import SondeIO
import Testing

@testable import SondeScan

@Suite struct RawChannelTests {
    @Test("probes never use a port that the system gives to sockets, whose old connections would answer")
    func ports() throws {
        let network = try Network(loop: EventLoop())
        for seed in 0..<64 {
            let channel = RawChannel(network, PacketSettings(), seed: UInt64(seed))
            for _ in 0..<20 {
                let stamp = channel.makeStamp()
                #expect(stamp.sourcePort(0) > 60999)
                #expect(stamp.sourcePort(UInt8.max) > stamp.sourcePort(0))
            }
        }
    }
}
