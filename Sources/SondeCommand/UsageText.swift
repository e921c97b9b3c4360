// SPDX-License-Identifier: Apache-2.0

internal import Sonde

/// The texts that tell people what the command can do, made from the one list of flags.
enum UsageText {
    /// The version of the command and of the library.
    static let version = "0.1.0"

    /// What `-V` prints.
    static let versionBlock = """
        Sonde version \(version)
        Runs NSE scripts on Lua 5.4.
        Techniques: \(ScanTechnique.allCases.map(\.rawValue).joined(separator: ", ")).
        Detection: hosts, services, operating systems, routes.
        Reports: normal, XML, grepable, JSON Lines, HTML, SARIF, CSV, Markdown.

        """

    /// What `-h` prints.
    static let usage = makeUsage()

    private static func makeUsage() -> String {
        var text = """
            Usage: sonde [options] target...
                   sonde COMMAND ...         commands are listed at the end
            Scans networks and runs NSE scripts.
            A target is a name, an address, a network (192.0.2.0/24) or a range (192.0.2.1-20).

            """
        for title in FlagSection.all.map(\.title) {
            let section = section(title)
            if !section.isEmpty { text += "\n" + section }
        }
        text += "\n" + commands
        return text + """

            Examples:
              sonde -sT -p 22,80,443 192.0.2.10
              sonde -sC --script-args user=test -oA report 192.0.2.0/28
              sonde --script 'http-* and safe' -p 80 example.org

            """
    }

    /// The options of one topic.
    static func section(_ title: String) -> String {
        let flags = FlagSection.all.first { $0.title == title }?.flags.filter(\.isShown) ?? []
        guard !flags.isEmpty else { return "" }
        return "\(title):\n" + flags.map(line).joined()
    }

    /// The commands beside scanning.
    static var commands: String {
        var text = "Commands:\n"
        let all =
            Subcommand.allCases.map { ($0.synopsis, $0.summary) } + [("demo", "show what the program can do")]
        for (synopsis, summary) in all { text += "  sonde \(synopsis)\n      \(summary)\n" }
        return text
    }

    /// What the exit statuses mean.
    static let statuses = """
        Exit status:
          0    the scan was carried out; sonde diff: no differences
          1    something failed, was interrupted, or a value makes no sense; sonde diff: differences
          2    sonde diff: a scan cannot be read
          255  the command line cannot be read, or asks for something that is not offered

        """

    private static func line(_ flag: FlagDeclaration) -> String {
        let names = flag.synopsis + longAliases(flag)
        let width = 30
        guard names.count < width - 1 else {
            return "  \(names)\n" + String(repeating: " ", count: width + 2) + flag.summary + "\n"
        }
        return "  " + names + String(repeating: " ", count: width - names.count) + flag.summary + "\n"
    }

    private static func longAliases(_ flag: FlagDeclaration) -> String {
        flag.aliases.filter { $0.hasPrefix("--") }.map { ", " + $0 }.joined()
    }
}
