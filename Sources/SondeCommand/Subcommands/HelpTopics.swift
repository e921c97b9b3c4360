// SPDX-License-Identifier: Apache-2.0

/// `sonde help TOPIC`: the options of one topic, the commands, or the exit statuses.
enum HelpTopics {
    private static let sections: [(String, String)] = [
        ("targets", "Targets"), ("discovery", "Host discovery"), ("ports", "Scan techniques and ports"),
        ("services", "Services and operating systems"), ("scripts", "Scripts"),
        ("containment", "Containment"), ("timing", "Timing"),
        ("packets", "Packets"), ("output", "Output"), ("other", "Other"),
    ]

    /// The topics.
    static let names = sections.map(\.0) + ["commands", "config", "status"]

    static func run(_ arguments: [String]) throws(CommandFailure) -> Int32 {
        let words = try CommandWords(arguments)
        guard let topic = words.words.first else {
            return StandardStreams.write(UsageText.usage) == .written ? 0 : 1
        }
        guard let text = text(topic) else {
            let near = names.min { editDistance($0, topic) < editDistance($1, topic) } ?? "output"
            throw .usage(
                "there is no topic \(shown(topic)); did you mean \(near)? All: \(names.joined(separator: " "))"
            )
        }
        return StandardStreams.write(text) == .written ? 0 : 1
    }

    /// What is said of a topic, or of a command; nothing for others.
    static func text(_ topic: String) -> String? {
        if let title = sections.first(where: { $0.0 == topic })?.1 { return UsageText.section(title) }
        switch topic {
        case "commands": return UsageText.commands
        case "config": return ConfigFile.help
        case "status": return UsageText.statuses
        default: return Subcommand(rawValue: topic).map { "Usage: sonde \($0.synopsis)\n\($0.summary)\n" }
        }
    }
}
