// SPDX-License-Identifier: Apache-2.0

internal import Glibc
internal import SondeStore

/// Options that are kept in a file: those for every scan, and profiles that are chosen by name.
///
/// Each line is one option with its value, as it would be typed. Lines behind `[name]` belong to the profile of that
/// name. What is typed wins over the profile, and the profile over the rest.
struct ConfigFile: Hashable, Sendable {
    /// Options of one part of the file, each with the number of its line.
    private var parts: [String: [(line: Int, words: [String])]] = [:]
    private let path: String

    static func == (one: ConfigFile, other: ConfigFile) -> Bool { one.path == other.path }

    func hash(into hasher: inout Hasher) { hasher.combine(path) }

    /// What `sonde help config` prints.
    static let help = """
        Configuration: $XDG_CONFIG_HOME/sonde/config, or ~/.config/sonde/config; --config FILE names another one and
        --no-config reads none. Each line is an option as it would be typed; # begins a comment. Lines behind [name]
        are a profile, used with --profile name. What is typed wins over a profile, and a profile over the rest.

          # for every scan
          -n
          --host-timeout 30m
          [web]
          -p 80,443,8080,8443
          --script http-title,http-headers,ssl-cert

        """

    /// The names of the profiles.
    var profiles: [String] { parts.keys.filter { !$0.isEmpty }.sorted() }

    /// Reads a file.
    ///
    /// - Throws: ``UsageError`` that names file and line.
    init(_ path: String) throws(UsageError) {
        let octets: [UInt8]
        do throws(StoreError) {
            octets = try ResultFile.contents(of: path)
        } catch {
            throw .value("--config: \(printable(error.description, limit: 400))")
        }
        try self.init(path, octets: octets)
    }

    /// Reads the octets of a file.
    init(_ path: String, octets: [UInt8]) throws(UsageError) {
        self.path = path
        var part = ""
        var number = 0
        for line in octets.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false) {
            number += 1
            let text = String(decoding: line, as: UTF8.self).trimmed
            if text.isEmpty || text.hasPrefix("#") { continue }
            if text.hasPrefix("["), text.hasSuffix("]") {
                part = String(text.dropFirst().dropLast()).trimmed
                parts[part, default: []] += []
                continue
            }
            guard text.hasPrefix("-") else {
                throw .value(
                    "\(shown(path)), line \(number): \(shown(text)) is no option; write it as it would be typed"
                )
            }
            parts[part, default: []].append((number, Self.words(text)))
        }
    }

    /// An option's words: the name, and all behind the first blank as one value.
    private static func words(_ text: String) -> [String] {
        guard let blank = text.firstIndex(where: \.isWhitespace) else { return [text] }
        var value = String(text[blank...]).trimmed
        if value.count > 1, let quote = value.first, quote == "\"" || quote == "'", value.last == quote {
            value = String(value.dropFirst().dropLast())
        }
        return [String(text[..<blank]), value]
    }

    /// Puts the file's options before typed ones, but for those that were typed.
    ///
    /// - Parameters:
    ///   - typed: what was typed.
    ///   - profile: the profile chosen, if any.
    /// - Returns: all options, those of the file first.
    /// - Throws: an error in one line that names what is wrong.
    func merged(
        _ typed: NormalisedArguments,
        profile: String?
    ) throws(UsageError) -> NormalisedArguments {
        var result = typed
        if let profile, parts[profile] == nil {
            let known = profiles.isEmpty ? "it has none" : "it has \(profiles.joined(separator: ", "))"
            throw .value("--profile \(shown(profile)): \(shown(path)) has no such profile; \(known)")
        }
        for part in [profile, ""].compactMap({ $0 }) {
            var additions = NormalisedArguments()
            for (line, words) in parts[part] ?? [] {
                let one: NormalisedArguments
                do throws(UsageError) {
                    one = try ArgumentNormaliser.normalise(words)
                } catch {
                    throw .value("\(shown(path)), line \(line): \(error.message)")
                }
                guard one.targets.isEmpty else {
                    throw .value(
                        "\(shown(path)), line \(line): \(shown(one.targets[0])) is a target; only options are kept"
                    )
                }
                guard !one.uses.contains(where: { result.uses($0.flag) }) else { continue }
                additions.uses += one.uses
                additions.words += one.words
            }
            result.uses = additions.uses + result.uses
            result.words = additions.words + result.words
        }
        return result
    }
}

extension ConfigFile {
    /// The user's file; nothing if there is none.
    static var usualPath: String? {
        let variable = { (name: String) -> String? in
            // The text is the environment's own and is copied at once.
            guard let text = unsafe getenv(name) else { return nil }
            return unsafe String(cString: text)
        }
        let folder = variable("XDG_CONFIG_HOME") ?? variable("HOME").map { $0 + "/.config" }
        guard let folder, folder.hasPrefix("/") else { return nil }
        let path = folder + "/sonde/config"
        return unsafe access(path, R_OK) == 0 ? path : nil
    }
}

extension String {
    /// The text without blanks at both ends.
    fileprivate var trimmed: String {
        var text = self[...]
        while let first = text.first, first.isWhitespace { text = text.dropFirst() }
        while let last = text.last, last.isWhitespace { text = text.dropLast() }
        return String(text)
    }
}
