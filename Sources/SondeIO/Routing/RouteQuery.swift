// SPDX-License-Identifier: Apache-2.0

internal import Glibc
internal import SondeModel

/// One question to the routing socket.
enum RouteQuery {
    private static let netlinkFamily: CInt = 16
    /// `SOCK_RAW`, closed when another program is started.
    private static let rawKind: CInt = 3 | O_CLOEXEC

    /// Asks for the route to a destination.
    ///
    /// - Throws: the system's answer if there is no route, or the failure of a call.
    static func ask(
        _ destination: IPAddress,
        through interface: UInt32? = nil
    ) throws(SystemError) -> Route {
        let descriptor = socket(netlinkFamily, rawKind, 0)
        guard descriptor >= 0 else { throw SystemError(number: errno, call: "socket") }
        defer { close(descriptor) }
        let question = RouteMessage.question(destination, through: interface, sequence: 1)
        // Without an address the message goes to the kernel, which answers before the call returns.
        guard unsafe send(descriptor, question, question.count, 0) == question.count else {
            throw SystemError(number: errno, call: "send")
        }
        var buffer = [UInt8](repeating: 0, count: 8192)
        let count = unsafe recv(descriptor, &buffer, buffer.count, CInt(MSG_DONTWAIT))
        guard count >= 0 else { throw SystemError(number: errno, call: "recv") }
        switch RouteMessage.answer(Array(buffer.prefix(count)), sequence: 1) {
        case .route(let route): return route
        case .failure(let number): throw SystemError(number: number, call: "RTM_GETROUTE")
        case nil: throw SystemError(number: EPROTO, call: "RTM_GETROUTE")
        }
    }

    /// The networks that routes lead to, of all tables; nothing if they cannot be listed.
    static func prefixes() -> [IPNetwork]? {
        var networks: [IPNetwork] = []
        for family: UInt8 in [2, 10] {
            let body = [family] + [UInt8](repeating: 0, count: RouteMessage.routeCount - 1)
            do {
                try Netlink.dump(RouteMessage.getRoute, body) { message in
                    guard networks.count <= RouteCells.most, message.type == RouteMessage.newRoute else {
                        return
                    }
                    if let network = RouteMessage.network(in: message.body) { networks.append(network) }
                }
            } catch {
                return nil
            }
        }
        return networks
    }

    /// Whether an error means that there is no route, and asking in another way is no use.
    static func isAnswer(_ error: SystemError) -> Bool {
        [ENETUNREACH, EHOSTUNREACH, ENETDOWN].contains(error.number)
    }
}
