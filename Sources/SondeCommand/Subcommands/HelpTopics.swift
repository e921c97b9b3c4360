// SPDX-License-Identifier: Apache-2.0

/// `sonde help TOPIC`: the options of one topic, the commands, or the exit statuses.
enum HelpTopics {
    private static let sections: [(String, String)] = [
        ("targets", "Targets"), ("discovery", "Host discovery"), ("ports", "Scan techniques and ports"),
        ("services", "Services and operating systems"), ("scripts", "Scripts"), ("timing", "Timing"),
        ("packets", "Packets"), ("output", "Output"), ("other", "Other"),
    ]

    /// The topics.
    static let names = sections.map(\.0) + ["commands", "config", "status"]

    static func run(_ arguments: [String]) throws(CommandFailure) -> Int32 {
        let words = try CommandWords(arguments)
        guard let topic = words.words.first else {
            return StandardStreams.write(UsageText.usage) == .written ? 0 : 1
        }
        let text: String
        if let title = sections.first(where: { $0.0 == topic })?.1 {
            text = UsageText.section(title)
        } else if topic == "commands" {
            text = UsageText.commands
        } else if topic == "config" {
            text = ConfigFile.help
        } else if topic == "status" {
            text = UsageText.statuses
        } else if let command = Subcommand(rawValue: topic) {
            text = "Usage: sonde \(command.synopsis)\n\(command.summary)\n"
        } else {
            let near = names.min { editDistance($0, topic) < editDistance($1, topic) } ?? "output"
            throw .usage(
                "there is no topic \(shown(topic)); did you mean \(near)? All: \(names.joined(separator: " "))"
            )
        }
        return StandardStreams.write(text) == .written ? 0 : 1
    }
}
