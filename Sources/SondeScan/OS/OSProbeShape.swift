// SPDX-License-Identifier: Apache-2.0

internal import SondeWire

/// What makes a TCP probe different from others.
struct OSProbeShape {
    var flags: TCPFlags = .syn
    var window: UInt16
    var options: [UInt8]
    var sequenceOffset: UInt32 = 0
    var mustNotFragment = false
    var reserved: UInt8 = 0
    var urgentPointer: UInt16 = 0
    var acknowledges = true

    private static let stamp: [UInt8] = [8, 10, 255, 255, 255, 255, 0, 0, 0, 0]
    private static let selective: [UInt8] = [4, 2]

    private static func scale(_ shift: UInt8) -> [UInt8] { [3, 3, shift] }

    private static func segment(_ size: UInt16) -> [UInt8] {
        [2, 4, UInt8(size >> 8), UInt8(size & 255)]
    }

    private static let six: [(window: UInt16, options: [UInt8])] = [
        (1, scale(10) + [1] + segment(1460) + stamp + selective),
        (63, segment(1400) + scale(0) + selective + stamp + [0]),
        (4, stamp + [1, 1] + scale(5) + [1] + segment(640)),
        (4, selective + stamp + scale(10) + [0]),
        (16, segment(536) + selective + stamp + scale(10) + [0]),
        (512, segment(265) + selective + stamp),
    ]

    private static func plain(scale shift: UInt8) -> [UInt8] {
        scale(shift) + [1] + segment(265) + stamp + selective
    }

    init?(_ probe: OSProbe) {
        switch probe {
        case .sequence(let index), .options(let index):
            guard Self.six.indices.contains(index) else { return nil }
            (window, options) = Self.six[index]
            if case .sequence = probe { sequenceOffset = UInt32(index) }
        case .congestion:
            (window, options) = (3, Self.scale(10) + [1] + Self.segment(1460) + Self.selective + [1, 1])
            flags = [.syn, .ece, .cwr]
            reserved = 4
            urgentPointer = 0xF7F5
            acknowledges = false
        case .t(1): (window, options) = Self.six[0]
        case .t(let index):
            guard let (flags, window, isWhole) = Self.others[index] else { return nil }
            (self.flags, self.window, mustNotFragment) = (flags, window, isWhole)
            options = Self.plain(scale: index == 7 ? 15 : 10)
        case .echo, .unreachable, .neighbor: return nil
        }
    }

    private static let others: [Int: (TCPFlags, UInt16, Bool)] = [
        2: ([], 128, true), 3: ([.syn, .fin, .urg, .psh], 256, false), 4: (.ack, 1024, true),
        5: (.syn, 31337, false), 6: (.ack, 32768, true), 7: ([.fin, .psh, .urg], 65535, false),
    ]
}
