// SPDX-License-Identifier: Apache-2.0

package import SondeModel

/// What a service said that nothing recognised, in the form that scripts and collectors of fingerprints read.
///
/// Spec page `service-detection`, section 5.
package struct ServiceFingerprint: Hashable, Sendable {
    /// What its head tells besides the port.
    package struct Head: Hashable, Sendable {
        /// Our version.
        package var version: String
        /// The kind of machine that this runs on.
        package var platform: String
        /// The intensity of the detection.
        package var intensity: Int
        /// When it was made, seconds since 1970.
        package var time: Int
        /// Whether longer answers are kept (`-d`).
        package var isLong: Bool

        /// Makes a head.
        package init(version: String, platform: String, intensity: Int, time: Int, isLong: Bool) {
            self.version = version
            self.platform = platform
            self.intensity = intensity
            self.time = time
            self.isLong = isLong
        }
    }

    private let head: Head
    private let port: Port
    private let isTunnelled: Bool
    private var octets: [UInt8] = []

    /// Length of a line, its end included.
    private static let lineLength = 75

    /// Makes one without answers.
    package init(_ head: Head, port: Port, isTunnelled: Bool) {
        self.head = head
        self.port = port
        self.isTunnelled = isTunnelled
    }

    /// The whole text, with a line end and `SF:` after every 74 octets; nothing while no answer was added.
    package var text: String? {
        octets.isEmpty ? nil : String(decoding: octets + [UInt8(ascii: ";")], as: UTF8.self)
    }

    /// Adds an answer, unless the text is long enough already.
    package mutating func add(_ answer: [UInt8], to probe: String) {
        guard !answer.isEmpty else { return }
        if octets.isEmpty { write(headText) }
        guard octets.count <= (head.isLong ? 10_000 : 2200) else { return }
        write("%r(\(probe),\(String(answer.count, radix: 16, uppercase: true)),\"")
        let shown = answer.prefix(head.isLong ? 1300 : 900)
        for (index, octet) in shown.enumerated() {
            write(Self.escaped(octet, before: index + 1 < shown.count ? shown[index + 1] : nil))
        }
        write("\")")
    }

    private var headText: String {
        let date = Self.date(head.time)
        let tunnel = isTunnelled ? "%T=SSL" : ""
        let seconds = String(UInt32(truncatingIfNeeded: head.time), radix: 16, uppercase: true)
        return "SF-Port\(port.number)-\(port.transport.rawValue.uppercased()):V=\(head.version)\(tunnel)"
            + "%I=\(head.intensity)%D=\(date.month)/\(date.day)%Time=\(seconds)%P=\(head.platform)"
    }

    private mutating func write(_ text: String) {
        for octet in text.utf8 {
            if octets.count % Self.lineLength == Self.lineLength - 1 { octets += Array("\nSF:".utf8) }
            octets.append(octet)
        }
    }

    private static func escaped(_ octet: UInt8, before next: UInt8?) -> String {
        let character = String(decoding: [octet], as: UTF8.self)
        switch octet {
        case 48...57, 65...90, 97...122: return character
        case 0: return next.map { (48...57).contains($0) } == true ? "\\x00" : "\\0"
        case 10: return "\\n"
        case 13: return "\\r"
        case 9: return "\\t"
        case let octet where "\\?\"[]().*+$^|".utf8.contains(octet): return "\\" + character
        case 33...126: return character
        default: return (octet < 16 ? "\\x0" : "\\x") + String(octet, radix: 16)
        }
    }

    /// The day of an instant, in universal time.
    static func date(_ time: Int) -> (month: Int, day: Int) {
        // Days are counted from the first of March of the year 0, so that leap days end a year; 400 years have 146,097 days.
        let days = time / 86_400 + 719_468
        let ofEra = days % 146_097
        let year = (ofEra - ofEra / 1460 + ofEra / 36_524 - ofEra / 146_096) / 365
        let ofYear = ofEra - (365 * year + year / 4 - year / 100)
        let month = (5 * ofYear + 2) / 153
        return (month < 10 ? month + 3 : month - 9, ofYear - (153 * month + 2) / 5 + 1)
    }
}
