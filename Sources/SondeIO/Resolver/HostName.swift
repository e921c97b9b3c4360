// SPDX-License-Identifier: Apache-2.0

/// Names that come from the network and will be shown.
enum HostName {
    private static let punctuation = Set(".-+=:_~*".utf8)

    /// A name with each octet that is neither a letter or digit nor one of `.-+=:_~*` made a `*`.
    ///
    /// A server could otherwise write to the user's terminal, or break the lines of a report.
    static func sanitised(_ octets: some Sequence<UInt8>) -> String {
        let clean = octets.map { octet in
            let isAllowed =
                (48...57).contains(octet) || (65...90).contains(octet) || (97...122).contains(octet)
            return isAllowed || punctuation.contains(octet) ? octet : UInt8(ascii: "*")
        }
        return String(decoding: clean, as: UTF8.self)
    }
}
