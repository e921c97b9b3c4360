// SPDX-License-Identifier: Apache-2.0

/// The manual page in roff, made from the one list of flags.
enum ManualPage {
    /// The page.
    static var text: String {
        var page = header
        for section in FlagSection.all {
            let flags = section.flags.filter(\.isShown)
            guard !flags.isEmpty else { continue }
            page += ".SS \(escaped(section.title))\n"
            for flag in flags { page += entry(flag) }
        }
        page += ".SH COMMANDS\n"
        for command in Subcommand.allCases {
            page += ".TP\n\\fBsonde \(escaped(command.synopsis))\\fR\n\(sentence(command.summary))\n"
        }
        return page + footer
    }

    private static let header = """
        .TH SONDE 1 "" "Sonde \(UsageText.version)" "User Commands"
        .SH NAME
        sonde \\- scan networks and run NSE scripts
        .SH SYNOPSIS
        .B sonde
        .RI [ option ...]
        .IR target ...
        .br
        .B sonde
        .IR command " ..."
        .SH DESCRIPTION
        Finds out which hosts are up, which of their ports are open, and what scripts of the Nmap Scripting Engine
        tell about them. Options and targets may stand in any order; after
        .B \\-\\-
        all words are targets. Long options may have one dash and may be cut short. Times are in seconds unless
        they end in ms, s, m or h.
        .SH OPTIONS

        """

    private static let footer = """
        .SH KEYS
        While a scan runs at a terminal: Enter shows the progress; v and d raise verbosity and debugging, V and D
        lower them; s ends the script that has been running longest; ? lists the keys.
        .SH FILES
        $XDG_DATA_HOME/sonde/scans.db, or ~/.local/share/sonde/scans.db: scans that were kept (see options store and no-store).
        .br
        $XDG_CONFIG_HOME/sonde/config, or ~/.config/sonde/config: options for every scan, and profiles
        (sonde help config).
        .SH EXIT STATUS
        0 if the scan was carried out, 255 if the command line could not be read or asks for something that is not
        offered, 1 for any other failure, also if the scan was interrupted. sonde diff: 0 if two scans agree, 1 if
        they differ, 2 if one cannot be read.

        """

    private static func entry(_ flag: FlagDeclaration) -> String {
        let names = [flag.name] + flag.aliases
        var head = names.map { "\\fB\(escaped($0))\\fR" }.joined(separator: ", ")
        switch flag.value {
        case .none: break
        case .required(let text): head += " \\fI\(escaped(text))\\fR"
        case .attached(let text): head += "[\\fI\(escaped(text))\\fR]"
        }
        return ".TP\n\(head)\n\(sentence(flag.summary))\n"
    }

    private static func sentence(_ text: String) -> String {
        let first = text.prefix(1)
        let isWord = first.allSatisfy(\.isLetter)
        return "\\&" + escaped((isWord ? first.uppercased() : String(first)) + text.dropFirst() + ".")
    }

    /// Text with what roff would take for commands written as escapes.
    private static func escaped(_ text: String) -> String {
        var result = ""
        for character in text {
            switch character {
            case "\\": result += "\\e"
            case "-": result += "\\-"
            case "'": result += "\\(aq"
            case "…": result += "..."
            default: result.append(character)
            }
        }
        return result
    }
}
