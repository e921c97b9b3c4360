// SPDX-License-Identifier: Apache-2.0

internal import Sonde
internal import SondeModel

extension OptionsResolver {
    /// What scripts may reach, touch and use.
    mutating func resolveContainment() throws(UsageError) {
        let typed = flags.containment
        var containment = ContainmentRequest()
        for list in typed.scope { containment.scope.append(try ValueParsing.text(list, .scope)) }
        if let file = try ValueParsing.single(typed.scopeFiles, .scopeFile) {
            containment.scopeFile = try ValueParsing.text(file, .scopeFile)
        }
        containment.permissions = try permissions(typed.allowed)
        containment.isOff = typed.isUnsafe
        if let text = typed.processorLimit {
            let span = try ValueParsing.time(text, .processorLimit)
            containment.processorTime = span == .zero ? nil : span
        }
        if let text = typed.memoryLimit {
            let size = try ValueParsing.size(text, .memoryLimit)
            guard size == 0 || size >= 1 << 20 else {
                throw .value("--script-memory \(shown(text)): give at least 1M, or 0 for no limit")
            }
            containment.memory = size == 0 ? nil : size
        }
        if let text = typed.outputLimit { containment.output = try ValueParsing.size(text, .outputLimit) }
        if let text = typed.scriptRate {
            let number = text.hasSuffix("/s") ? String(text.dropLast(2)) : text
            guard let rate = ValueParsing.decimal(number), rate > 0 else {
                throw .value("--script-rate \(shown(text)): give a number per second above 0, as 10/s")
            }
            containment.hostRate = rate
        }
        if let file = typed.lockFile { containment.lockFile = try ValueParsing.text(file, .locked) }
        request.plan.containment = containment
    }

    private func permissions(
        _ values: [String]
    ) throws(UsageError) -> [ContainmentRequest.Permission] {
        var permissions: [ContainmentRequest.Permission] = []
        for value in values {
            for word in value.hasPrefix("read=") || value.hasPrefix("write=")
                ? [Substring(value)] : value.split(separator: ",", omittingEmptySubsequences: false)
            {
                permissions.append(try permission(String(word)))
            }
        }
        return permissions
    }

    private func permission(_ word: String) throws(UsageError) -> ContainmentRequest.Permission {
        switch word {
        case "exec": return .exec
        case "native": return .native
        case "debug": return .debug
        case "env": return .env
        default: break
        }
        if word.hasPrefix("read="), word.utf8.count > 5 { return .read(String(word.dropFirst(5))) }
        if word.hasPrefix("write="), word.utf8.count > 6 { return .write(String(word.dropFirst(6))) }
        throw .value(
            "--allow \(shown(word)): give exec, native, debug, env, read=DIR or write=DIR"
        )
    }
}

extension ValueParsing {
    /// A number of octets: a whole number, with K, M or G for powers of 1024.
    static func size(_ text: String, _ flag: FlagDeclaration) throws(UsageError) -> Int {
        let shifts = ["": 0, "k": 10, "m": 20, "g": 30]
        let digits = text.utf8.prefix { (48...57).contains($0) }
        var unit = String(Substring(text.utf8.dropFirst(digits.count))).lowercased()
        if unit.hasSuffix("ib") { unit.removeLast(2) } else if unit.hasSuffix("b") { unit.removeLast() }
        guard let number = Int(Substring(digits)), let shift = shifts[unit], number < 1 << (62 - shift) else {
            throw .value("\(flag.name) \(shown(text)) is no size: give a number with K, M or G, as 64M")
        }
        return number << shift
    }
}
