// SPDX-License-Identifier: Apache-2.0

internal import SondeLua

/// A script that was read, compiled and checked.
package final class LoadedScript {
    /// What the script says of itself.
    package let metadata: ScriptMetadata
    /// Whether it was chosen by name or path, which makes it more talkative.
    package let isByName: Bool
    /// Whether it was chosen by its own name or path, not by a pattern for names.
    let isNamed: Bool
    /// Whether it runs without asking its rule (`+name`).
    package let isForced: Bool
    /// The kinds of rules that it has.
    package var rules: Set<ScriptRule> { metadata.rules }
    /// Whether a record told of it: each script that was chosen has one at least.
    var hasRecord = false
    /// Whether one of its instances has computed for long at a time.
    var isLong = false
    /// Whether its instances can run in the scan's own world only, as one of them has shown.
    var staysHome = false
    /// Its text, if it is built in.
    let embedded: [UInt8]?
    /// Which language it was written for.
    let generation: ScriptGeneration
    /// Gives, for an environment, one run of the script's top level.
    let generator: LuaReference

    /// The id that results carry.
    package var id: String { metadata.id }
    /// `SCRIPT_NAME`.
    package var name: String { metadata.name }
    /// Where it was found.
    package var path: String { metadata.path }

    init(
        metadata: ScriptMetadata,
        isByName: Bool,
        isNamed: Bool,
        isForced: Bool,
        embedded: [UInt8]?,
        generation: ScriptGeneration,
        generator: LuaReference
    ) {
        self.generation = generation
        self.metadata = metadata
        self.isByName = isByName
        self.isNamed = isNamed
        self.isForced = isForced
        self.embedded = embedded
        self.generator = generator
    }
}
