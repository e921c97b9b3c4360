// SPDX-License-Identifier: Apache-2.0

/// The texts that tell people what the command can do, made from the one list of flags.
enum UsageText {
    /// The version of the command and of the library.
    static let version = "0.1.0"

    /// What `-V` prints.
    static let versionBlock = """
        Sonde version \(version)
        Runs NSE scripts on Lua 5.4.
        Techniques: connect, udp. Reports: normal, XML, grepable.

        """

    /// What `-h` prints.
    static let usage = makeUsage()

    private static func makeUsage() -> String {
        var text = """
            Usage: sonde [options] target...
                   sonde demo
            Scans networks and runs NSE scripts.
            A target is a name, an address, a network (192.0.2.0/24) or a range (192.0.2.1-20).

            """
        for section in FlagSection.all {
            let flags = section.flags.filter(\.isShown)
            guard !flags.isEmpty else { continue }
            text += "\n\(section.title):\n"
            for flag in flags { text += line(flag) }
        }
        return text + """

            Examples:
              sonde -sT -p 22,80,443 192.0.2.10
              sonde -sC --script-args user=test -oA report 192.0.2.0/28
              sonde --script 'http-* and safe' -p 80 example.org

            """
    }

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
