// SPDX-License-Identifier: Apache-2.0

/// One way in for octets that the network or a file supplies.
struct FuzzTarget: Sendable {
    /// Its name on the command line, and of its folder of seeds.
    let name: String
    /// How long an input may be.
    let mostOctets: Int
    /// Feeds one input; a trap or an error is a finding.
    let run: @Sendable ([UInt8]) throws -> Void

    /// Makes a target.
    init(_ name: String, most mostOctets: Int = 4096, _ run: @escaping @Sendable ([UInt8]) throws -> Void) {
        self.name = name
        self.mostOctets = mostOctets
        self.run = run
    }

    /// All targets, those that read from the network first.
    static let all: [FuzzTarget] =
        PacketTargets.all + NameTargets.all + AnswerTargets.all + DataFileTargets.all + GrammarTargets.all
        + ResultTargets.all + StoreTargets.all + ReportTargets.all + ScriptTargets.all + LuaPatternTargets.all
        + CommandTargets.all

    /// The target of a name.
    static func named(_ name: String) -> FuzzTarget? { all.first { $0.name == name } }
}

/// A promise that an input made the program break.
struct FuzzFinding: Error, CustomStringConvertible {
    /// What was promised.
    let description: String
}

/// Fails the run of an input unless a promise was kept.
func promise(_ isKept: Bool, _ text: @autoclosure () -> String) throws(FuzzFinding) {
    if !isKept { throw FuzzFinding(description: text()) }
}

/// Cuts an input into the parts that a target needs.
struct FuzzInput {
    private(set) var rest: ArraySlice<UInt8>

    init(_ octets: [UInt8]) { rest = octets[...] }

    var isEmpty: Bool { rest.isEmpty }

    /// The next octet; 0 behind the end.
    mutating func octet() -> UInt8 { rest.popFirst() ?? 0 }

    /// A number of two octets.
    mutating func number16() -> UInt16 { UInt16(octet()) << 8 | UInt16(octet()) }

    /// A number of four octets.
    mutating func number32() -> UInt32 { UInt32(number16()) << 16 | UInt32(number16()) }

    /// A number of eight octets, so that times and counts come in all sizes.
    mutating func number64() -> UInt64 { UInt64(number32()) << 32 | UInt64(number32()) }

    /// As many octets as the next octet says, or as are left.
    mutating func part() -> [UInt8] {
        let count = Int(octet())
        defer { rest = rest.dropFirst(count) }
        return Array(rest.prefix(count))
    }

    /// A part as text.
    mutating func text() -> String { String(decoding: part(), as: UTF8.self) }

    /// Everything that is left.
    mutating func remainder() -> [UInt8] {
        defer { rest = [] }
        return Array(rest)
    }
}
