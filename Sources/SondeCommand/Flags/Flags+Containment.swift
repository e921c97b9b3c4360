// SPDX-License-Identifier: Apache-2.0

internal import ArgumentParser

extension FlagDeclaration {
    static let scope = Self(
        "--scope",
        value: .required("LIST"),
        exactOnly: true,
        "let scripts reach these networks, addresses and names too; any opens all"
    )
    static let scopeFile = Self(
        "--scope-file",
        value: .required("FILE"),
        exactOnly: true,
        "the same from a file"
    )
    static let allow = Self(
        "--allow",
        value: .required("WHAT"),
        exactOnly: true,
        "open exec, native, debug, env, read=DIR or write=DIR for scripts"
    )
    static let unsafeScripts = Self("--unsafe-scripts", exactOnly: true, "run scripts without a sandbox")
    static let processorLimit = Self(
        "--script-cpu-limit",
        value: .required("TIME"),
        exactOnly: true,
        "most processor time of one script, 30s by default, 0 for no limit"
    )
    static let memoryLimit = Self(
        "--script-memory",
        value: .required("SIZE"),
        exactOnly: true,
        "most memory of one script, 256M by default, 0 for no limit"
    )
    static let outputLimit = Self(
        "--script-max-output",
        value: .required("SIZE"),
        exactOnly: true,
        "most output of one script, 1M by default"
    )
    static let scriptRate = Self(
        "--script-rate",
        value: .required("RATE"),
        exactOnly: true,
        "most connections and datagrams of scripts to one host, as 10/s"
    )
    static let locked = Self(
        "--locked",
        value: .required("FILE"),
        exactOnly: true,
        "refuse scripts and libraries that differ from this lock file"
    )

    /// The flags about what scripts may do.
    static let containment: [Self] = [
        .scope, .scopeFile, .allow, .unsafeScripts, .processorLimit, .memoryLimit, .outputLimit, .scriptRate,
        .locked,
    ]
}

/// What scripts may reach, touch and use.
struct ContainmentFlags: ParsableArguments {
    @Option(.scope) var scope: [String]
    @Option(.scopeFile) var scopeFiles: [String]
    @Option(.allow) var allowed: [String]
    @Flag(.unsafeScripts) var isUnsafe: Bool
    @Option(.processorLimit) var processorLimit: String?
    @Option(.memoryLimit) var memoryLimit: String?
    @Option(.outputLimit) var outputLimit: String?
    @Option(.scriptRate) var scriptRate: String?
    @Option(.locked) var lockFile: String?
}
