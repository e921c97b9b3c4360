// SPDX-License-Identifier: Apache-2.0

internal import ArgumentParser

/// The command line as typed, before anything is made of it.
///
/// Targets are not among them: the parser's time grows with the square of their number, so the normaliser keeps
/// them. Every value is the text itself; ``OptionsResolver`` gives it meaning and finds what is wrong with it.
struct Flags: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "sonde",
        abstract: "Scan networks and run NSE scripts.",
        helpNames: []
    )

    @OptionGroup(title: "Targets") var targets: TargetFlags
    @OptionGroup(title: "Host discovery") var discovery: DiscoveryFlags
    @OptionGroup(title: "Scan techniques and ports") var ports: PortFlags
    @OptionGroup(title: "Services") var services: ServiceFlags
    @OptionGroup(title: "Scripts") var scripts: ScriptFlags
    @OptionGroup(title: "Containment") var containment: ContainmentFlags
    @OptionGroup(title: "Timing") var timing: TimingFlags
    @OptionGroup(title: "Packets") var evasion: EvasionFlags
    @OptionGroup(title: "Output") var output: OutputFlags
    @OptionGroup(title: "Other") var miscellaneous: MiscellaneousFlags
}

/// A topic of the usage text with its flags.
struct FlagSection: Sendable {
    /// The heading.
    let title: String
    /// The flags, in the order of the usage text.
    let flags: [FlagDeclaration]

    /// All topics, in the order of the usage text.
    static let all = [
        FlagSection(title: "Targets", flags: FlagDeclaration.targets),
        FlagSection(title: "Host discovery", flags: FlagDeclaration.discovery),
        FlagSection(title: "Scan techniques and ports", flags: FlagDeclaration.ports),
        FlagSection(title: "Services and operating systems", flags: FlagDeclaration.services),
        FlagSection(title: "Scripts", flags: FlagDeclaration.scripts),
        FlagSection(title: "Containment", flags: FlagDeclaration.containment),
        FlagSection(title: "Timing", flags: FlagDeclaration.timing),
        FlagSection(title: "Packets", flags: FlagDeclaration.evasion),
        FlagSection(title: "Output", flags: FlagDeclaration.output),
        FlagSection(title: "Other", flags: FlagDeclaration.miscellaneous),
    ]
}
