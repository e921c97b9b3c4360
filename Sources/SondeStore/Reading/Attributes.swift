// SPDX-License-Identifier: Apache-2.0

internal import SondeText

/// The attributes of one XML element.
struct Attributes {
    private let all: [XMLReader.Attribute]

    init(_ all: [XMLReader.Attribute]) { self.all = all }

    /// A value; nothing if there is none.
    subscript(_ name: String) -> String? { all.first { $0.name == name }?.value }

    /// A value that is a whole number.
    func integer(_ name: String) -> Int? { self[name].flatMap { Int($0) } }

    /// A value that is a number.
    func double(_ name: String) -> Double? {
        self[name].flatMap { Double($0) }.flatMap { $0.isFinite ? $0 : nil }
    }
}
