// SPDX-License-Identifier: Apache-2.0

/// The words of a target file (`-iL`, `--excludefile`).
package enum TargetFile {
    /// Octets that a word must stay below.
    package static let wordLimit = 1024

    /// Splits a file's octets into words.
    ///
    /// Words are separated by blanks, tabs and line ends; `#` starts a comment that ends with its line.
    ///
    /// - Throws: for a word of 1024 octets or more.
    package static func words(in octets: some Sequence<UInt8>) throws(TargetError) -> [String] {
        var words: [String] = []
        var word: [UInt8] = []
        var line = 1
        var isComment = false
        func finish() throws(TargetError) {
            guard !word.isEmpty else { return }
            let text = String(decoding: word.prefix(40), as: UTF8.self)
            guard word.count < wordLimit else { throw TargetError(text + "…", .wordTooLong(line: line)) }
            words.append(String(decoding: word, as: UTF8.self))
            word.removeAll(keepingCapacity: true)
        }
        for octet in octets {
            switch octet {
            case UInt8(ascii: "\n"), UInt8(ascii: "\r"):
                try finish()
                isComment = false
                if octet == UInt8(ascii: "\n") { line += 1 }
            case UInt8(ascii: " "), UInt8(ascii: "\t"): try finish()
            case UInt8(ascii: "#"):
                try finish()
                isComment = true
            default:
                if !isComment, word.count < wordLimit { word.append(octet) }
            }
        }
        try finish()
        return words
    }
}
