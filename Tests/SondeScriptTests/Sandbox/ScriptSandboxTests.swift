// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing

@testable import SondeScript

@Suite struct ScriptSandboxTests {
    private let folder: String

    init() throws {
        let base = FileManager.default.temporaryDirectory.resolvingSymlinksInPath().path
        folder = base + "/sandbox-\(UUID().uuidString)"
        for part in ["open/inner", "own/.hidden", "closed"] {
            try FileManager.default.createDirectory(
                atPath: "\(folder)/\(part)",
                withIntermediateDirectories: true
            )
        }
        for file in ["open/a", "own/b", "own/.hidden/c", "closed/secret"] {
            try Data("x".utf8).write(to: URL(fileURLWithPath: "\(folder)/\(file)"))
        }
        try FileManager.default.createSymbolicLink(
            atPath: "\(folder)/open/link",
            withDestinationPath: "\(folder)/closed/secret"
        )
        try FileManager.default.createSymbolicLink(
            atPath: "\(folder)/open/nowhere",
            withDestinationPath: "\(folder)/closed/new"
        )
    }

    private func sandbox() -> ScriptSandbox {
        var sandbox = ScriptSandbox()
        sandbox.allowReading("\(folder)/open")
        return sandbox
    }

    @Test("what was opened is readable, with all under it, and nothing else")
    func reading() {
        let sandbox = sandbox()
        for path in ["open/a", "open/inner", "open/inner/../a", "open/none"] {
            #expect(sandbox.place(of: "\(folder)/\(path)", for: .read) != nil, "\(path)")
        }
        for path in [
            "closed/secret", "open/../closed/secret", "open/link", "open/nowhere", "openx",
            "open/none/../../closed/x",
        ] {
            #expect(sandbox.place(of: "\(folder)/\(path)", for: .read) == nil, "\(path)")
        }
        for path in ["/etc/passwd", "/proc/self/environ", "/dev/stdin", "/proc/self/fd/0", "", "a\0b"] {
            #expect(sandbox.place(of: path, for: .read) == nil, "\(path)")
        }
    }

    @Test("reading opens no writing, and writing opens both")
    func writing() {
        var sandbox = sandbox()
        #expect(sandbox.place(of: "\(folder)/open/new", for: .write) == nil)
        sandbox.allowWriting("\(folder)/closed/new")
        #expect(sandbox.place(of: "\(folder)/closed/new", for: .write) != nil)
        #expect(sandbox.place(of: "\(folder)/closed/secret", for: .write) == nil)
        #expect(sandbox.place(of: "\(folder)/closed/new", for: .read) != nil)
    }

    @Test("a script reads its own directory, without what is hidden there")
    func own() {
        let sandbox = ScriptSandbox()
        let own = "\(folder)/own"
        #expect(sandbox.place(of: "\(own)/b", for: .read, ownDirectory: own) != nil)
        #expect(sandbox.place(of: "\(own)/.hidden/c", for: .read, ownDirectory: own) == nil)
        #expect(sandbox.place(of: "\(own)/b", for: .write, ownDirectory: own) == nil)
        #expect(sandbox.place(of: "/etc/passwd", for: .read, ownDirectory: "/") == nil)
    }

    @Test("the root of all files is never opened, though it was typed")
    func root() {
        var sandbox = ScriptSandbox()
        sandbox.allowWriting("/")
        #expect(sandbox.place(of: "/etc/passwd", for: .read) == nil)
    }
}
