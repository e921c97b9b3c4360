// SPDX-License-Identifier: Apache-2.0

/// What a version field tells.
package enum VersionField: Hashable, Sendable {
    /// The product.
    case product
    /// Its version.
    case version
    /// More words about it.
    case info
    /// The name that the service gives its host.
    case hostname
    /// The operating system.
    case operatingSystem
    /// The kind of device.
    case device
    /// A Common Platform Enumeration name.
    case cpe

    init?(letter: UInt8) {
        switch letter {
        case UInt8(ascii: "p"): self = .product
        case UInt8(ascii: "v"): self = .version
        case UInt8(ascii: "i"): self = .info
        case UInt8(ascii: "h"): self = .hostname
        case UInt8(ascii: "o"): self = .operatingSystem
        case UInt8(ascii: "d"): self = .device
        default: return nil
        }
    }

    /// The most octets that a value may have; a longer one is not kept at all.
    package var mostOctets: Int {
        switch self {
        case .product, .version, .hostname, .cpe: 79
        case .info: 255
        case .operatingSystem, .device: 31
        }
    }
}

/// A version field in which parts of the answer are put: `$1`, `$P(1)`, `$SUBST(1,"_",".")`, `$I(1,">")`.
package struct VersionTemplate: Hashable, Sendable {
    /// What it tells.
    package let field: VersionField
    /// Its parts; nothing if it cannot be read, so that it has no value.
    let parts: [Part]?

    /// A piece of a template.
    enum Part: Hashable, Sendable {
        case literal([UInt8])
        /// A group as it is.
        case group(Int)
        /// A group without its unprintable octets.
        case printable(Int)
        /// A group with one text replaced by another.
        case replaced(Int, [UInt8], [UInt8])
        /// A group as a whole number.
        case number(Int, isBigEndian: Bool)
    }

    init(_ field: VersionField, _ text: ArraySlice<UInt8>) {
        self.field = field
        parts = TemplateParser.parts(of: text)
    }

    /// The fields of a match line, in its order.
    static func all(in text: ArraySlice<UInt8>) -> [VersionTemplate] {
        let octets = Array(text)
        var scanner = VersionFieldScanner(octets, 0..<octets.count)
        var templates: [VersionTemplate] = []
        while case .field(let field, let place)? = scanner.next() {
            templates.append(VersionTemplate(field, octets[place]))
        }
        return templates
    }

    /// The field's value.
    ///
    /// - Parameter group: the octets of a group; nothing if it took no part in the match.
    /// - Returns: the value; nothing if a group is missing, or if the value is empty or too long.
    package func value(_ group: (Int) -> ArraySlice<UInt8>?) -> [UInt8]? {
        guard let parts else { return nil }
        var value: [UInt8] = field == .cpe ? Array("cpe:/".utf8) : []
        for part in parts {
            if case .literal(let octets) = part {
                value += octets
                continue
            }
            guard let octets = part.octets(group) else { return nil }
            value += field == .cpe ? Self.cpeEscaped(octets) : octets
        }
        if let zero = value.firstIndex(of: 0) { value.removeSubrange(zero...) }
        while let last = value.last, Octet.isBlank(last) || last == 10 || last == UInt8(ascii: ",") {
            value.removeLast()
        }
        return value.isEmpty || value.count > field.mostOctets ? nil : value
    }

    /// A value as it stands in a CPE name: lower case, blanks as `_`, and marks as `%XX`.
    private static func cpeEscaped(_ octets: [UInt8]) -> [UInt8] {
        let marks = Array(":/?#[]@!$&'()*+,;=%<>\"".utf8)
        return octets.flatMap { octet -> [UInt8] in
            if Octet.isBlank(octet) || octet == 10 { return [UInt8(ascii: "_")] }
            guard marks.contains(octet) else { return [Octet.lowercased(octet)] }
            return [UInt8(ascii: "%")] + Array(String(octet, radix: 16, uppercase: true).utf8)
        }
    }
}

extension VersionTemplate.Part {
    /// What a group comes to; nothing if it is missing, or is no number of at most eight octets.
    fileprivate func octets(_ group: (Int) -> ArraySlice<UInt8>?) -> [UInt8]? {
        switch self {
        case .literal(let octets): return octets
        case .group(let index): return group(index).map(Array.init)
        case .printable(let index): return group(index)?.filter { (0x20...0x7E).contains($0) }
        case .replaced(let index, let old, let new):
            return group(index).map { Self.replace(old, by: new, in: Array($0)) }
        case .number(let index, let isBigEndian):
            guard let octets = group(index), (1...8).contains(octets.count) else { return nil }
            let ordered = isBigEndian ? Array(octets) : octets.reversed()
            return Array(String(ordered.reduce(UInt64(0)) { $0 << 8 | UInt64($1) }).utf8)
        }
    }

    private static func replace(_ old: [UInt8], by new: [UInt8], in octets: [UInt8]) -> [UInt8] {
        guard !old.isEmpty else { return octets }
        var result: [UInt8] = []
        var index = 0
        while index < octets.count {
            if octets.count - index >= old.count, octets[index..<index + old.count].elementsEqual(old) {
                result += new
                index += old.count
            } else {
                result.append(octets[index])
                index += 1
            }
        }
        return result
    }
}
