// SPDX-License-Identifier: Apache-2.0

internal import SondeIO
internal import SondeModel

/// The interfaces and routes of this machine as text (`--iflist`).
public enum InterfaceReport {
    /// The report; nothing is sent.
    public static func text() -> String {
        let interfaces = (try? InterfaceList.current()) ?? []
        let routes = RouteListing.current().sorted {
            ($0.network.base.family.rawValue, $1.network.prefixLength) < (
                $1.network.base.family.rawValue, $0.network.prefixLength
            )
        }
        return title("INTERFACES") + table(interfaceRows(interfaces)) + "\n" + title("ROUTES")
            + table(routeRows(routes))
    }

    private static func title(_ word: String) -> String {
        let stars = String(repeating: "*", count: (58 - word.count) / 2)
        return "\(stars)\(word)\(stars)\n"
    }

    private static func interfaceRows(_ interfaces: [Interface]) -> [[String]] {
        var rows = [["DEV", "(SHORT)", "IP/MASK", "TYPE", "UP", "MTU", "MAC"]]
        for interface in interfaces {
            let addresses = interface.addresses.map { "\($0.address.withoutZone)/\($0.prefixLength)" }
            for address in addresses.isEmpty ? ["(none)/0"] : addresses {
                rows.append([
                    interface.name, "(\(interface.shortName))", address, interface.linkKind.rawValue,
                    interface.isUp ? "up" : "down", "\(interface.maximumPacketSize)",
                    interface.hardwareAddress.map { "\($0)" } ?? "",
                ])
            }
        }
        return rows
    }

    private static func routeRows(_ routes: [RouteEntry]) -> [[String]] {
        var rows = [["DST/MASK", "DEV", "METRIC", "GATEWAY"]]
        for route in routes {
            let gateway = route.gateway.map { "\($0)" } ?? ""
            rows.append(["\(route.network)", route.interface, "\(route.metric)", gateway])
        }
        return rows
    }

    /// Columns one blank apart, without blanks at the ends of lines.
    private static func table(_ rows: [[String]]) -> String {
        let count = rows.first?.count ?? 0
        let widths = (0..<count).map { column in rows.map { $0[column].count }.max() ?? 0 }
        return rows.map { row in
            var line = ""
            for (column, cell) in row.enumerated() {
                line += cell + String(repeating: " ", count: widths[column] - cell.count + 1)
            }
            while line.last == " " { line.removeLast() }
            return line + "\n"
        }.joined()
    }
}
