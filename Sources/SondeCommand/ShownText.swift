// SPDX-License-Identifier: Apache-2.0

/// Text from outside, quoted for a message: control characters are written as escapes, long text is cut.
func shown(_ text: String) -> String {
    "'" + printable(text, limit: 400) + "'"
}

/// Text without control characters and with at most so many characters, the middle left out if there are more.
func printable(_ text: String, limit: Int) -> String {
    let scalars = text.unicodeScalars
    guard scalars.count > limit, limit > 8 else { return escaping(scalars) }
    let head = limit * 3 / 4
    return escaping(scalars.prefix(head)) + "…" + escaping(scalars.suffix(limit - head - 1))
}

private func escaping(_ scalars: some Sequence<Unicode.Scalar>) -> String {
    var result = String.UnicodeScalarView()
    for scalar in scalars {
        guard isControl(scalar) else {
            result.append(scalar)
            continue
        }
        let digits = String(scalar.value, radix: 16, uppercase: true)
        let text = scalar.value < 256 ? "\\x" + (digits.count < 2 ? "0" : "") + digits : "\\u{\(digits)}"
        result.append(contentsOf: text.unicodeScalars)
    }
    return String(result)
}

/// Whether a terminal may take a character for a command, or show later text in another order.
private func isControl(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.value {
    case 0..<0x20, 0x7F..<0xA0, 0x2028...0x202E, 0x2066...0x2069: true
    default: false
    }
}

/// A message for standard error: at most three lines, none with control characters or beyond 1,900 octets.
func errorText(_ message: String) -> String {
    let lines = message.unicodeScalars.split(separator: "\n").prefix(3)
    return lines.map { errorLine(String($0)) }.joined(separator: "\n")
}

private func errorLine(_ text: String) -> String {
    var limit = 1600
    while true {
        let line = printable(text, limit: limit)
        guard line.utf8.count > 1900, limit > 16 else { return line }
        limit /= 2
    }
}
