// SPDX-License-Identifier: Apache-2.0

internal import SondeIO
internal import SondeModel
internal import SondeScan

/// Makes targets of what the user typed: reads files, resolves names, takes exclusions out.
struct TargetSetup {
    let request: TargetRequest
    let network: Network

    /// What the user should know.
    var warnings: [String] = []
    /// What the user should know of the scope of scripts.
    var scopeWarnings: [String] = []
    /// Names that could not be resolved.
    var unresolved: [String] = []

    init(_ request: TargetRequest, _ network: Network) {
        self.request = request
        self.network = network
    }

    /// The addresses to exclude.
    mutating func exclusions() throws(ScanError) -> Exclusions {
        var specifications: [TargetSpecification] = []
        let fileWords =
            try request.exclusionFile.map { (file) throws(ScanError) in
                try words(in: file, "exclude file")
            } ?? []
        do throws(TargetError) {
            for list in request.exclusions where !list.isEmpty {
                specifications += try Exclusions.specifications(in: list, family: request.family)
            }
            for word in fileWords {
                specifications += try Exclusions.specifications(in: word, family: request.family)
            }
        } catch {
            throw ScanError(.usage, "--exclude: \(error)")
        }
        return Exclusions(try resolve(specifications, mustResolve: true))
    }

    /// The targets in the order typed, then those of the input file.
    mutating func targets() throws(ScanError) -> [ResolvedTarget] {
        var specifications = try request.words.map { (word) throws(ScanError) in try specification(word) }
        if let file = request.inputFile {
            for word in try words(in: file, "input file") {
                do throws(ScanError) {
                    specifications.append(try specification(word))
                } catch {
                    throw ScanError(error.kind, "input file \(file): \(error.message)")
                }
            }
        }
        return try resolve(specifications, mustResolve: false)
    }

    /// Reads one word.
    func specification(_ word: String) throws(ScanError) -> TargetSpecification {
        do throws(TargetError) {
            return try TargetSpecification(
                parsing: word,
                family: request.family,
                zoneIndex: { name in
                    UInt32(name) ?? (try? InterfaceList.current())?.first { $0.name == name }?.index
                }
            )
        } catch {
            throw ScanError(.usage, "\(error)")
        }
    }

    func words(in file: String, _ what: String) throws(ScanError) -> [String] {
        let octets: [UInt8]
        do {
            octets = try FileReader.contents(of: file == "-" ? "/dev/stdin" : file)
        } catch {
            throw ScanError(.failure, "cannot read the \(what) \(error)")
        }
        do throws(TargetError) {
            return try TargetFile.words(in: octets)
        } catch {
            throw ScanError(.usage, "\(what) \(file): \(error)")
        }
    }

    /// Looks all names up at once, on the loop.
    private mutating func resolve(
        _ specifications: [TargetSpecification],
        mustResolve: Bool
    ) throws(ScanError) -> [ResolvedTarget] {
        let answers = try lookUp(specifications)
        var targets: [ResolvedTarget] = []
        for specification in specifications {
            guard case .name(let name, let prefixLength) = specification else {
                if let target = ResolvedTarget(specification) { targets.append(target) }
                continue
            }
            do throws(TargetError) {
                let found = answers[name] ?? []
                if request.scansAllAddresses, !mustResolve {
                    for address in found where address.family == request.family {
                        targets.append(
                            try ResolvedTarget(
                                name: name,
                                prefixLength: prefixLength,
                                addresses: [address],
                                family: request.family
                            )
                        )
                    }
                    if !found.isEmpty { continue }
                }
                let target = try ResolvedTarget(
                    name: name,
                    prefixLength: prefixLength,
                    addresses: found,
                    family: request.family
                )
                warnings += target.warnings.map { "\($0)" }
                targets.append(target)
            } catch {
                if mustResolve { throw ScanError(.failure, "--exclude: \(error)") }
                unresolved.append("\(error)")
            }
        }
        return targets
    }

    func lookUp(_ specifications: [TargetSpecification]) throws(ScanError) -> [String: [IPAddress]] {
        final class Answers {
            var known: [String: [IPAddress]] = [:]
            var open = 0
        }
        let answers = Answers()
        for specification in specifications {
            guard case .name(let name, _) = specification, answers.known[name] == nil else { continue }
            answers.known[name] = []
            answers.open += 1
            let resolution = network.resolver.addresses(of: name) { result in
                answers.known[name] = (try? result.get()) ?? []
                answers.open -= 1
            }
            if case .done(let result) = resolution {
                answers.known[name] = (try? result.get()) ?? []
                answers.open -= 1
            }
        }
        do throws(SystemError) {
            try network.loop.run { answers.open == 0 }
        } catch {
            throw ScanError(.failure, "cannot resolve names: \(error.description)")
        }
        return answers.known
    }
}
