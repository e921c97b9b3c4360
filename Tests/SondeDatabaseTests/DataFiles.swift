// SPDX-License-Identifier: Apache-2.0

import Glibc

/// The data files of an installed Nmap; tests that need one are skipped without it.
enum DataFiles {
    /// Whether a data file is installed.
    static func has(_ name: String) -> Bool { unsafe access("/usr/share/nmap/" + name, R_OK) == 0 }

    /// A data file's octets; empty if it cannot be read.
    static func contents(of name: String) -> [UInt8] {
        let descriptor = unsafe open("/usr/share/nmap/" + name, O_RDONLY)
        guard descriptor >= 0 else { return [] }
        defer { _ = close(descriptor) }
        var all: [UInt8] = []
        var block = [UInt8](repeating: 0, count: 1 << 16)
        while true {
            let count = unsafe block.withUnsafeMutableBytes {
                unsafe read(descriptor, $0.baseAddress, $0.count)
            }
            guard count > 0 else { return all }
            all += block[..<count]
        }
    }
}
