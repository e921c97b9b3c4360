// SPDX-License-Identifier: Apache-2.0

/// The numbers of RPC programs and their names.
///
/// Reads the format of `nmap-rpc`, which is that of `/etc/rpc` (spec page `data-files`, section 5).
package struct RPCFile: Hashable, Sendable {
    private var names: [UInt32: String] = [:]

    /// Reads a file; lines that are no entries are passed over.
    package init(parsing octets: [UInt8]) {
        var scanner = LineScanner(octets)
        while scanner.nextLine() {
            let name = scanner.field()
            guard let first = octets[name].first, first != Octet.hash,
                let number = scanner.number(upTo: Int(UInt32.max)), scanner.next.map(Octet.isBlank) ?? true
            else { continue }
            names[UInt32(truncatingIfNeeded: number)] = scanner.text(name)
        }
    }

    /// How many programs are known.
    package var count: Int { names.count }

    /// A program's name; nothing if it is not known.
    ///
    /// Of several lines for a number the last holds.
    package func name(of program: UInt32) -> String? { names[program] }
}
