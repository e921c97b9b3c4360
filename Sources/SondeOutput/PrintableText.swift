// SPDX-License-Identifier: Apache-2.0

/// Which control characters a text may keep.
struct KeptControls: OptionSet {
    let rawValue: Int
    static let tab = KeptControls(rawValue: 1)
    static let lineFeed = KeptControls(rawValue: 2)
    static let carriageReturn = KeptControls(rawValue: 4)

    /// Whether an octet is one of these.
    func contains(_ octet: UInt8) -> Bool {
        switch octet {
        case 0x09: contains(.tab)
        case 0x0A: contains(.lineFeed)
        case 0x0D: contains(.carriageReturn)
        default: false
        }
    }
}

/// Octets as plain text: all but 0x20 to 0x7E and what is kept becomes `\xHH` (spec `nse-output`, section 3).
///
/// Whatever came from the network passes through here, so that no control character and no half of a
/// character reaches a terminal or a file.
func printable(_ octets: some Sequence<UInt8>, keeping kept: KeptControls = []) -> String {
    var text: [UInt8] = []
    text.reserveCapacity(octets.underestimatedCount)
    for octet in octets {
        if (0x20...0x7E).contains(octet) || kept.contains(octet) {
            text.append(octet)
        } else {
            text.append(contentsOf: [
                UInt8(ascii: "\\"), UInt8(ascii: "x"), digit(octet >> 4), digit(octet & 15),
            ])
        }
    }
    return String(decoding: text, as: UTF8.self)
}

/// A string as plain text; see ``printable(_:keeping:)``.
func printable(_ text: String, keeping kept: KeptControls = []) -> String {
    printable(text.utf8, keeping: kept)
}

/// What a service says of itself, with a dot for every octet that is not printable.
///
/// That is how Nmap stores these texts, other than script output; observed with `nmap.set_port_version`.
func dotted(_ text: String) -> String {
    String(decoding: text.utf8.map { (0x20...0x7E).contains($0) ? $0 : UInt8(ascii: ".") }, as: UTF8.self)
}

private func digit(_ value: UInt8) -> UInt8 { value < 10 ? 48 + value : 55 + value }
