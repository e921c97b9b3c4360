// SPDX-License-Identifier: Apache-2.0

internal import SondeModel

/// One DNS server in the eyes of reverse look-ups: its window, and the channels to it.
struct ReverseServer {
    /// How many questions may be open.
    var window = LookupWindow()

    private let address: SocketAddress
    private let timeouts: [TimeSpan]
    private let loop: EventLoop
    private let traffic: DNSTraffic
    /// One channel per attempt, because a channel has one time-out.
    private var channels: [DNSChannel?]
    private var openCount = 0

    private static let pointerType: CInt = 12

    init(address: SocketAddress, timeouts: [TimeSpan], loop: EventLoop, traffic: DNSTraffic) {
        self.address = address
        self.timeouts = timeouts
        self.loop = loop
        self.traffic = traffic
        channels = timeouts.map { _ in nil }
    }

    /// How long each attempt waits, by the number of servers there are.
    static func timeouts(serverCount: Int) -> [TimeSpan] {
        switch serverCount {
        case ...1: [1000, 1500, 2000].map(TimeSpan.milliseconds)
        case 2: [1000, 1000].map(TimeSpan.milliseconds)
        default: [500, 1000].map(TimeSpan.milliseconds)
        }
    }

    /// How often a question is asked here.
    var attemptCount: Int { timeouts.count }

    /// Whether another question may be asked now.
    var hasRoom: Bool { openCount < window.capacity }

    /// Asks for a pointer; false if no channel can be made.
    ///
    /// The question counts as open in either case.
    mutating func ask(_ name: String, attempt: Int, then: @escaping (CInt, [UInt8]) -> Void) -> Bool {
        openCount += 1
        let slot = min(max(attempt, 0), timeouts.count - 1)
        if channels[slot] == nil {
            let settings = DNSChannel.Settings(
                servers: [address],
                timeout: timeouts[slot],
                attempts: 1,
                keepsRefusals: true
            )
            channels[slot] = DNSChannel(loop: loop, settings: settings, traffic: traffic)
        }
        guard let channel = channels[slot] else { return false }
        channel.query(name, type: Self.pointerType, then: then)
        return true
    }

    /// Counts a question as ended: how many were open with it.
    mutating func endQuestion() -> Int {
        defer { openCount = max(openCount - 1, 0) }
        return openCount
    }
}
