// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import SondeCommand

@Suite struct OptionsResolverContainmentTests {
    @Test(
        "flags that are read but not enforced yet say so",
        arguments: [
            ("--allow exec", "--allow has no effect: "),
            ("--unsafe-scripts", "--unsafe-scripts has no effect: "),
            ("--script-cpu-limit 2s", "--script-cpu-limit has no effect: "),
            ("--script-memory 64M", "--script-memory has no effect: "),
            ("--script-max-output 4K", "--script-max-output has no effect: "),
        ]
    )
    func noted(words: String, beginning: String) throws {
        let notes = try resolve("\(words) h").notes
        #expect(notes.count == 1)
        #expect(notes.first?.hasPrefix(beginning) == true)
    }

    @Test("flags of the network scope are enforced, and say nothing")
    func silent() throws {
        #expect(try resolve("--scope 192.0.2.0/24 --script-rate 10/s h").notes.isEmpty)
    }

    @Test("a lock file is refused as long as nothing checks it")
    func locked() {
        #expect(throws: UsageError.self) { try resolve("--locked scripts.lock h") }
    }
}
