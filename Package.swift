// swift-tools-version: 6.2
// SPDX-License-Identifier: Apache-2.0

import PackageDescription

/// The settings that every Swift target shares; CONTRIBUTING.md says what each buys.
let rules: [SwiftSetting] = [
    .strictMemorySafety(),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
]

let argumentParser: Target.Dependency = .product(name: "ArgumentParser", package: "swift-argument-parser")
let collections: Target.Dependency = .product(name: "DequeModule", package: "swift-collections")
let heap: Target.Dependency = .product(name: "HeapModule", package: "swift-collections")

/// Our own scripts, embedded in the program.
let builtInScripts = [
    "example-connect",
    "example-exceptions",
    "example-mutex",
    "example-registry",
    "sonde-banner",
    "sonde-dns-version",
    "sonde-ftp-greeting",
    "sonde-http-headers",
    "sonde-http-title",
    "sonde-imap-greeting",
    "sonde-pop3-greeting",
    "sonde-redis-info",
    "sonde-smtp-greeting",
    "sonde-ssh-algorithms",
    "sonde-ssh-hostkey",
    "sonde-tls-cert",
]

let package = Package(
    name: "sonde",
    products: [
        .executable(name: "sonde", targets: ["SondeCommand"]),
        .library(name: "Sonde", targets: ["Sonde"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.0"),
        .package(url: "https://github.com/apple/swift-collections", from: "1.6.0"),
    ],
    targets: [
        // MARK: Floor 0: foreign code, no Swift
        .systemLibrary(
            name: "CLua",
            pkgConfig: "lua5.4",
            providers: [.apt(["liblua5.4-dev"]), .brew(["lua@5.4"])]
        ),
        .systemLibrary(name: "CLPeg", pkgConfig: "lua5.4", providers: [.apt(["lua-lpeg-dev"])]),
        .systemLibrary(
            name: "COpenSSL",
            pkgConfig: "openssl",
            providers: [.apt(["libssl-dev"]), .brew(["openssl@3"])]
        ),
        .systemLibrary(
            name: "CCares",
            pkgConfig: "libcares",
            providers: [.apt(["libc-ares-dev"]), .brew(["c-ares"])]
        ),
        .systemLibrary(
            name: "CZlib",
            pkgConfig: "zlib",
            providers: [.apt(["zlib1g-dev"]), .brew(["zlib"])]
        ),
        .systemLibrary(
            name: "CSQLite",
            pkgConfig: "sqlite3",
            providers: [.apt(["libsqlite3-dev"]), .brew(["sqlite"])]
        ),
        .systemLibrary(
            name: "CPcap",
            pkgConfig: "libpcap",
            providers: [.apt(["libpcap-dev"]), .brew(["libpcap"])]
        ),
        .systemLibrary(
            name: "CPCRE2",
            pkgConfig: "libpcre2-8",
            providers: [.apt(["libpcre2-dev"]), .brew(["pcre2"])]
        ),
        .systemLibrary(
            name: "CSSH2",
            pkgConfig: "libssh2",
            providers: [.apt(["libssh2-1-dev"]), .brew(["libssh2"])]
        ),
        .target(name: "CLuaShim", dependencies: ["CLua"]),
        .target(name: "CSystemShim"),

        // MARK: Floor 1: vocabulary, threads
        .target(name: "SondeModel", swiftSettings: rules),
        .target(name: "SondeThread", swiftSettings: rules),

        // MARK: Floor 2: octets, data files, Lua, patterns
        .target(name: "SondeWire", dependencies: ["SondeModel"], swiftSettings: rules),
        .target(name: "SondeDatabase", dependencies: ["SondeModel"], swiftSettings: rules),
        .target(name: "SondeLua", dependencies: ["CLua", "CLuaShim"], swiftSettings: rules),
        .target(name: "SondeRegex", dependencies: ["CPCRE2"], swiftSettings: rules),
        .target(name: "SondeText", dependencies: ["SondeModel"], swiftSettings: rules),

        // MARK: Floor 3: the network
        .target(
            name: "SondeIO",
            dependencies: [
                "SondeModel", "SondeThread", "SondeWire", "CSystemShim", "CPcap", "COpenSSL", "CCares",
                collections,
                heap,
            ],
            swiftSettings: rules
        ),

        // MARK: Floor 4: the engines and the reporters
        .target(
            name: "SondeScan",
            dependencies: [
                "SondeModel", "SondeWire", "SondeDatabase", "SondeIO", "SondeRegex", collections,
            ],
            swiftSettings: rules
        ),
        .target(
            name: "SondeScript",
            dependencies: [
                "SondeModel", "SondeWire", "SondeDatabase", "SondeIO", "SondeLua", "SondeRegex",
                "COpenSSL", "CSSH2", "CZlib", "CLPeg", collections,
            ],
            resources: [
                .embedInCode("Resources/prelude.lua"), .embedInCode("Resources/compatibility.lua"),
            ]
                + builtInScripts.map { .embedInCode("Resources/Scripts/\($0).nse") },
            swiftSettings: rules
        ),
        .target(
            name: "SondeOutput",
            dependencies: ["SondeModel", "SondeText", "SondeThread"],
            resources: [.embedInCode("Resources/report.css"), .embedInCode("Resources/report.js")],
            swiftSettings: rules
        ),
        .target(
            name: "SondeStore",
            dependencies: ["SondeModel", "SondeText", "SondeThread", "CSQLite"],
            swiftSettings: rules
        ),

        // MARK: Floor 5: the façade
        .target(
            name: "Sonde",
            dependencies: [
                "SondeModel", "SondeWire", "SondeDatabase", "SondeIO", "SondeScan", "SondeScript",
            ],
            swiftSettings: rules
        ),

        // MARK: Floor 6: the command
        .executableTarget(
            name: "SondeCommand",
            dependencies: ["Sonde", "SondeOutput", "SondeStore", "SondeText", "SondeModel", argumentParser],
            swiftSettings: rules
        ),

        // MARK: Tests
        .target(
            name: "SondeTestSupport",
            dependencies: ["SondeModel", "SondeIO", "SondeLua"],
            path: "Tests/SondeTestSupport",
            swiftSettings: rules
        ),
        .testTarget(name: "SondeModelTests", dependencies: ["SondeModel"], swiftSettings: rules),
        .testTarget(name: "SondeThreadTests", dependencies: ["SondeThread"], swiftSettings: rules),
        .testTarget(
            name: "SondeWireTests",
            dependencies: ["SondeWire", "SondeModel"],
            swiftSettings: rules
        ),
        .testTarget(name: "SondeRegexTests", dependencies: ["SondeRegex"], swiftSettings: rules),
        .testTarget(
            name: "SondeTextTests",
            dependencies: ["SondeText", "SondeModel"],
            swiftSettings: rules
        ),
        .testTarget(
            name: "SondeStoreTests",
            dependencies: ["SondeStore", "SondeText", "SondeModel"],
            swiftSettings: rules
        ),
        .testTarget(
            name: "SondeDatabaseTests",
            dependencies: ["SondeDatabase", "SondeModel"],
            swiftSettings: rules
        ),
        .testTarget(
            name: "SondeLuaTests",
            dependencies: ["SondeLua", "SondeTestSupport"],
            swiftSettings: rules
        ),
        .testTarget(
            name: "SondeIOTests",
            dependencies: ["SondeIO", "SondeModel", "SondeTestSupport"],
            swiftSettings: rules
        ),
        .testTarget(
            name: "SondeScanTests",
            dependencies: [
                "SondeScan", "SondeDatabase", "SondeModel", "SondeIO", "SondeRegex", "SondeWire",
                "SondeTestSupport",
            ],
            swiftSettings: rules
        ),
        .testTarget(
            name: "SondeScriptTests",
            dependencies: ["SondeScript", "SondeLua", "SondeModel", "SondeIO", "SondeTestSupport"],
            swiftSettings: rules
        ),
        .testTarget(
            name: "SondeConformanceTests",
            dependencies: ["SondeScript", "SondeModel", "SondeIO"],
            swiftSettings: rules
        ),
        .testTarget(
            name: "SondeOutputTests",
            dependencies: ["SondeOutput", "SondeText", "SondeModel"],
            swiftSettings: rules
        ),
        .testTarget(
            name: "SondeCommandTests",
            dependencies: ["SondeCommand", "Sonde", "SondeOutput", "SondeStore", "SondeModel"],
            swiftSettings: rules
        ),
        .testTarget(
            name: "SondeIntegrationTests",
            dependencies: ["Sonde", "SondeModel", "SondeTestSupport"],
            swiftSettings: rules
        ),
    ],
    swiftLanguageModes: [.v6]
)

// MARK: Fuzzing

/// Everything that reads octets from outside; tests and fuzzers feed the same functions (Fuzz/Targets).
let fuzzed: [Target.Dependency] = [
    "SondeModel", "SondeWire", "SondeDatabase", "SondeLua", "SondeRegex", "SondeText", "SondeIO", "SondeScan",
    "SondeScript", "SondeOutput", "SondeStore", "SondeCommand",
]
let fuzzFiles = ["corpus", "regressions", "run"]

if Context.environment["SONDE_FUZZ"] == "1" {
    // An executable cannot be linked into another one, so the command becomes a library; tests are left out.
    package.products = [.executable(name: "sonde-fuzz", targets: ["SondeFuzz"])]
    let command = package.targets.first { $0.name == "SondeCommand" }
    package.targets.removeAll { $0.type == .test || $0.type == .executable }
    package.targets += [
        .target(
            name: "SondeCommand",
            dependencies: command?.dependencies ?? [],
            exclude: ["main.swift"],
            swiftSettings: rules
        ),
        .executableTarget(
            name: "SondeFuzz",
            dependencies: fuzzed,
            path: "Fuzz",
            exclude: fuzzFiles + ["Tests"],
            sources: ["Targets", "Driver"],
            swiftSettings: rules + [.unsafeFlags(["-parse-as-library"])]
        ),
    ]
} else {
    package.targets.append(
        .testTarget(
            name: "SondeFuzzTests",
            dependencies: fuzzed,
            path: "Fuzz",
            exclude: fuzzFiles + ["Driver"],
            sources: ["Targets", "Tests"],
            swiftSettings: rules
        )
    )
}

// MARK: Benchmarks

// Programs that measure; each says on top how it is built and run.
if Context.environment["SONDE_BENCHMARKS"] == "1" {
    package.products.append(.executable(name: "sonde-service-match", targets: ["SondeServiceMatch"]))
    package.targets.append(
        .executableTarget(
            name: "SondeServiceMatch",
            dependencies: ["SondeDatabase", "SondeIO", "SondeModel", "SondeScan"],
            path: "Benchmarks/service-match",
            swiftSettings: rules
        )
    )
}
