// SPDX-License-Identifier: Apache-2.0

/// The TCP options of an answer as fingerprints write them, as `M5B4ST11NW7` (spec page `os-detection`,
/// section 5.2).
package enum OptionText {
    /// Writes a list of options.
    ///
    /// An end of the list does not end it: each is a letter. Options that have no letter leave no trace.
    ///
    /// - Returns: the letters; empty if the list makes no sense.
    package static func text(_ options: [UInt8]) -> String {
        var text = ""
        var place = 0
        while place < options.count {
            switch options[place] {
            case 0:
                text += "L"
                place += 1
            case 1:
                text += "N"
                place += 1
            default:
                guard place + 1 < options.count else { return "" }
                let length = Int(options[place + 1])
                guard length >= 2, place + length <= options.count,
                    let word = word(options[place], options[place + 2..<place + length])
                else { return "" }
                text += word
                place += length
            }
        }
        return text
    }

    /// The letters of one option; nothing if it is too short for its kind.
    private static func word(_ kind: UInt8, _ data: ArraySlice<UInt8>) -> String? {
        let number = { (octets: ArraySlice<UInt8>) in octets.reduce(UInt64(0)) { $0 << 8 | UInt64($1) } }
        switch kind {
        case 2:
            guard data.count >= 2 else { return nil }
            return "M" + hex(number(data.prefix(2)))
        case 3:
            guard data.count >= 1 else { return nil }
            return "W" + hex(number(data.prefix(1)))
        case 4: return "S"
        case 8:
            guard data.count >= 8 else { return nil }
            let (value, echo) = (number(data.prefix(4)), number(data.dropFirst(4).prefix(4)))
            return "T" + (value == 0 ? "0" : "1") + (echo == 0 ? "0" : "1")
        default: return ""
        }
    }

    /// The sender's time stamp in a list of options; nothing if there is none.
    package static func timestamp(_ options: [UInt8]) -> UInt32? {
        var place = 0
        while place < options.count {
            if options[place] < 2 {
                place += 1
                continue
            }
            guard place + 1 < options.count else { return nil }
            let length = Int(options[place + 1])
            guard length >= 2, place + length <= options.count else { return nil }
            if options[place] == 8, length >= 10 {
                return options[place + 2..<place + 6].reduce(0) { $0 << 8 | UInt32($1) }
            }
            place += length
        }
        return nil
    }
}
