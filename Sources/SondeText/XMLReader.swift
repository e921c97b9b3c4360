// SPDX-License-Identifier: Apache-2.0

/// Reads XML piece by piece.
///
/// Made for reports of scanners: elements, attributes and text, the five entities that XML itself knows, and
/// character references. A document that declares entities of its own is refused, so none can grow when it is read;
/// elements that nest deeper than ``deepest`` are refused. Takes time and memory proportional to the text.
package struct XMLReader {
    /// One piece of a document.
    package enum Piece: Hashable, Sendable {
        /// The beginning of an element, with its attributes; an empty element gives an end as well.
        case start(String, [Attribute])
        /// The end of an element.
        case end(String)
        /// Text between tags; several in a row are possible.
        case text(String)
    }

    /// One attribute.
    package struct Attribute: Hashable, Sendable {
        /// The name.
        package let name: String
        /// The value, all references resolved.
        package let value: String
    }

    /// Elements that may lie in each other: more than twice what a script's output may hold.
    package static let deepest = 512

    let octets: [UInt8]
    private(set) var index = 0
    private var open: [String] = []
    private var pendingEnd: String?
    private var hasRoot = false

    /// Begins at the beginning of a document, which must be UTF-8 or ASCII.
    package init(_ octets: [UInt8]) {
        self.octets = octets
        if octets.starts(with: [0xEF, 0xBB, 0xBF]) { index = 3 }
    }

    /// How many octets were read.
    package var position: Int { index }

    /// How many elements are open.
    package var depth: Int { open.count }

    /// The next piece; nothing at the end of the document.
    ///
    /// - Throws: ``TextError``; the reader is of no further use then.
    package mutating func next() throws(TextError) -> Piece? {
        if let name = pendingEnd {
            pendingEnd = nil
            return .end(name)
        }
        while index < octets.count {
            guard octets[index] == UInt8(ascii: "<") else {
                if let text = try text() { return .text(text) }
                continue
            }
            if starts(with: "<!--") {
                try skip(past: "-->", "a comment has no end")
            } else if starts(with: "<?") {
                try skip(past: "?>", "an instruction has no end")
            } else if starts(with: "<![CDATA[") {
                return .text(try literal())
            } else if starts(with: "<!") {
                try skipDeclaration()
            } else if starts(with: "</") {
                return .end(try endTag())
            } else {
                return try startTag()
            }
        }
        if let name = open.last { throw error("the document ends inside of <\(name)>") }
        guard hasRoot else { throw error("there is no element") }
        return nil
    }

    func error(_ reason: String) -> TextError {
        TextError(line: 1 + octets[..<min(index, octets.count)].count { $0 == UInt8(ascii: "\n") }, reason)
    }

    private func starts(with text: String) -> Bool { octets[index...].starts(with: text.utf8) }

    private mutating func skip(past mark: String, _ problem: String) throws(TextError) {
        let end = Array(mark.utf8)
        let start = index
        while index < octets.count {
            if octets[index] == end[0], octets[index...].starts(with: end) {
                index += end.count
                return
            }
            index += 1
        }
        index = start
        throw error(problem)
    }

    /// A document type is skipped, unless it declares something.
    private mutating func skipDeclaration() throws(TextError) {
        guard starts(with: "<!DOCTYPE"), open.isEmpty else { throw error("'<!' is not allowed here") }
        while index < octets.count, octets[index] != UInt8(ascii: ">") {
            if octets[index] == UInt8(ascii: "[") {
                throw error("the document declares entities or elements of its own, which is not allowed")
            }
            index += 1
        }
        guard index < octets.count else { throw error("the document type has no end") }
        index += 1
    }

    private mutating func literal() throws(TextError) -> String {
        index += 9
        let start = index
        try skip(past: "]]>", "a literal part has no end")
        return String(decoding: octets[start..<index - 3], as: UTF8.self)
    }

    private mutating func text() throws(TextError) -> String? {
        let start = index
        while index < octets.count, octets[index] != UInt8(ascii: "<") { index += 1 }
        let raw = octets[start..<index]
        if open.isEmpty {
            guard raw.allSatisfy({ $0 <= 32 }) else {
                index = start
                throw error("there is text outside of the document's element")
            }
            return nil
        }
        return try resolved(raw)
    }

    private mutating func endTag() throws(TextError) -> String {
        index += 2
        let name = try self.name()
        skipBlanks()
        guard index < octets.count, octets[index] == UInt8(ascii: ">") else {
            throw error("the end tag </\(name)> has no end")
        }
        guard let expected = open.popLast() else { throw error("</\(name)> ends nothing") }
        guard expected == name else { throw error("</\(name)> stands where </\(expected)> should be") }
        index += 1
        return name
    }

    private mutating func startTag() throws(TextError) -> Piece {
        index += 1
        guard !hasRoot || !open.isEmpty else { throw error("there is a second document") }
        hasRoot = true
        let name = try self.name()
        var attributes: [Attribute] = []
        while true {
            skipBlanks()
            guard index < octets.count else { throw error("the tag <\(name)> has no end") }
            if octets[index] == UInt8(ascii: ">") {
                index += 1
                guard open.count < Self.deepest else {
                    throw error("elements nest deeper than \(Self.deepest)")
                }
                open.append(name)
                return .start(name, attributes)
            }
            if starts(with: "/>") {
                index += 2
                pendingEnd = name
                return .start(name, attributes)
            }
            attributes.append(try attribute(of: name))
        }
    }

    private mutating func attribute(of element: String) throws(TextError) -> Attribute {
        let name = try self.name()
        skipBlanks()
        guard index < octets.count, octets[index] == UInt8(ascii: "=") else {
            throw error("attribute \(name) of <\(element)> has no value")
        }
        index += 1
        skipBlanks()
        guard index < octets.count, octets[index] == UInt8(ascii: "\"") || octets[index] == UInt8(ascii: "'")
        else {
            throw error("the value of attribute \(name) of <\(element)> has no quotes")
        }
        let quote = octets[index]
        let start = index + 1
        guard let end = octets[start...].firstIndex(of: quote) else {
            throw error("the value of attribute \(name) of <\(element)> has no end")
        }
        let value = try resolved(octets[start..<end])
        index = end + 1
        return Attribute(name: name, value: value)
    }

    private mutating func name() throws(TextError) -> String {
        let start = index
        while index < octets.count, Self.isNamePart(octets[index]) { index += 1 }
        guard index > start, index - start <= 256 else { throw error("a name should be here") }
        return String(decoding: octets[start..<index], as: UTF8.self)
    }

    private static func isNamePart(_ octet: UInt8) -> Bool {
        switch octet {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: ":"), UInt8(ascii: "-"),
            UInt8(ascii: "."), 0x80...:
            true
        default: false
        }
    }

    private mutating func skipBlanks() {
        while index < octets.count, octets[index] <= 32 { index += 1 }
    }

    /// Text with its references resolved; octets that are no UTF-8 become U+FFFD.
    private func resolved(_ raw: ArraySlice<UInt8>) throws(TextError) -> String {
        guard raw.contains(UInt8(ascii: "&")) else { return String(decoding: raw, as: UTF8.self) }
        var text: [UInt8] = []
        text.reserveCapacity(raw.count)
        var rest = raw
        while let octet = rest.popFirst() {
            guard octet == UInt8(ascii: "&") else {
                text.append(octet)
                continue
            }
            guard let end = rest.prefix(12).firstIndex(of: UInt8(ascii: ";")) else {
                throw error("'&' begins no reference")
            }
            let name = String(decoding: rest[..<end], as: UTF8.self)
            text.append(contentsOf: String(try character(name)).utf8)
            rest = rest[rest.index(after: end)...]
        }
        return String(decoding: text, as: UTF8.self)
    }

    private func character(_ name: String) throws(TextError) -> Unicode.Scalar {
        switch name {
        case "lt": return "<"
        case "gt": return ">"
        case "amp": return "&"
        case "quot": return "\""
        case "apos": return "'"
        default: break
        }
        let digits = name.hasPrefix("#x") ? name.dropFirst(2) : name.dropFirst(1)
        let number = name.hasPrefix("#") ? UInt32(digits, radix: name.hasPrefix("#x") ? 16 : 10) : nil
        guard let number, let scalar = Unicode.Scalar(number), number > 0 else {
            throw error("the reference '&\(name.prefix(12));' is not known")
        }
        return scalar
    }
}
