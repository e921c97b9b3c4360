// SPDX-License-Identifier: Apache-2.0

/// What a script says about itself, its arguments included.
public struct ScriptDescription: Hashable, Sendable {
    /// One argument, as the comments of the script document it.
    public struct Argument: Hashable, Sendable {
        /// What a value looks like, as far as the words of the comment tell.
        public enum Kind: String, Hashable, Sendable {
            /// Text.
            case text
            /// A number.
            case number
            /// `true` or `false`, or present or not.
            case boolean
            /// A file.
            case file
            /// A length of time.
            case duration
        }

        /// The name, as `http-title.url`.
        public let name: String
        /// What a value looks like.
        public let kind: Kind
        /// What the comment says.
        public let summary: String

        /// Makes a description; the kind is guessed from name and comment.
        public init(name: String, summary: String) {
            self.name = name
            self.summary = summary
            kind = Kind(name: name, summary: summary)
        }
    }

    /// The script's output id.
    public let id: String
    /// The categories.
    public let categories: [String]
    /// The file.
    public let path: String
    /// The description.
    public let description: String
    /// The arguments that are documented.
    public let arguments: [Argument]
}

extension ScriptDescription {
    /// The arguments that a script's comments document with `@args`.
    ///
    /// - Parameter source: the script's text.
    /// - Returns: the arguments, in the order of the comments.
    static func arguments(in source: [UInt8]) -> [Argument] {
        var arguments: [Argument] = []
        var name: String?
        var words: [Substring] = []
        let finish = {
            if let name { arguments.append(Argument(name: name, summary: words.joined(separator: " "))) }
            name = nil
            words = []
        }
        for line in String(decoding: source, as: UTF8.self).split(
            separator: "\n",
            omittingEmptySubsequences: false
        ) {
            let text = line.drop { $0 == " " || $0 == "\t" }
            guard text.hasPrefix("--") else {
                finish()
                continue
            }
            let comment = text.drop { $0 == "-" }.drop { $0 == " " || $0 == "\t" }
            let parts = comment.split(whereSeparator: \.isWhitespace)
            if comment.hasPrefix("@") {
                finish()
                guard parts.count > 1, parts[0] == "@args" || parts[0] == "@arg" else { continue }
                name = String(parts[1].prefix { $0 != "=" && $0 != "," && $0 != ":" })
                words = Array(parts.dropFirst(2))
            } else if comment.isEmpty {
                finish()
            } else if name != nil {
                words += parts
            }
        }
        finish()
        return arguments
    }
}

extension ScriptDescription.Argument.Kind {
    fileprivate init(name: String, summary: String) {
        let last = name.split(separator: ".").last.map { $0.lowercased() } ?? ""
        let text = summary.lowercased()
        if last.contains("timeout") || text.contains("timespec") || text.contains("in seconds") {
            self = .duration
        } else if ["file", "userdb", "passdb"].contains(where: last.contains) || text.hasPrefix("file")
            || text.hasPrefix("path to") || text.hasPrefix("the file")
        {
            self = .file
        } else if text.contains("true") || text.contains("false") || text.hasPrefix("if set")
            || text.hasPrefix("whether")
            || text.contains("boolean")
        {
            self = .boolean
        } else if ["max", "min", "limit", "count", "depth", "port", "threads", "size", "retries"].contains(
            where: last.contains
        )
            || text.hasPrefix("number of") || text.hasPrefix("the number of") || text.hasPrefix("maximum")
        {
            self = .number
        } else {
            self = .text
        }
    }
}
