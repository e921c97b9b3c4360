// SPDX-License-Identifier: Apache-2.0

import Foundation
import Glibc
import Synchronization
import Testing

@testable import SondeIO

/// What the kernel refuses a confined thread; each attempt is one that the script engine would let pass.
@Suite struct KernelSandboxTests {
    private struct Outcome {
        var layers: [String] = []
        var canRead = true, canReadOpened = false, canWrite = true, canWriteOpened = false, canTrace = true
        var canMakeSocket = false, canStartThread = false
    }

    private static func opens(_ path: String, _ flags: CInt) -> Bool {
        let descriptor = unsafe open(path, flags, 0o600)
        if descriptor >= 0 { close(descriptor) }
        return descriptor >= 0
    }

    private static func attempt(_ folder: String) -> Outcome {
        var sandbox = KernelSandbox()
        sandbox.readable = ["\(folder)/read"]
        sandbox.writable = ["\(folder)/write"]
        sandbox.enter(onlyThread: true)
        var outcome = Outcome()
        outcome.layers = sandbox.active
        outcome.canRead = opens("\(folder)/secret", O_RDONLY)
        outcome.canReadOpened = opens("\(folder)/read/file", O_RDONLY)
        outcome.canWrite = opens("\(folder)/read/new", O_WRONLY | O_CREAT)
        outcome.canWriteOpened = opens("\(folder)/write/new", O_WRONLY | O_CREAT)
        // A signal to nobody in particular: the number 0 only asks whether it could be sent.
        outcome.canTrace = kill(getpid(), 0) == 0
        let descriptor = socket(AF_INET, Int32(SOCK_DGRAM.rawValue), 0)
        outcome.canMakeSocket = descriptor >= 0
        if descriptor >= 0 { close(descriptor) }
        let ran = Mutex(false)
        let inner = Thread { ran.withLock { $0 = true } }
        inner.start()
        for _ in 0..<1000 where !inner.isFinished { usleep(1000) }
        outcome.canStartThread = ran.withLock { $0 }
        return outcome
    }

    @Test("a confined thread opens what it was left, and nothing else", .timeLimit(.minutes(1)))
    func confined() async throws {
        let folder =
            FileManager.default.temporaryDirectory.resolvingSymlinksInPath().path
            + "/kernel-\(UUID().uuidString)"
        for part in ["read", "write"] {
            try FileManager.default.createDirectory(
                atPath: "\(folder)/\(part)",
                withIntermediateDirectories: true
            )
        }
        for file in ["secret", "read/file"] {
            try Data("x".utf8).write(to: URL(fileURLWithPath: "\(folder)/\(file)"))
        }
        let outcome = await withCheckedContinuation { continuation in
            // A thread of its own: what it gives up is gone for good.
            Thread { continuation.resume(returning: Self.attempt(folder)) }.start()
        }
        #expect(outcome.canReadOpened && outcome.canWriteOpened)
        #expect(outcome.canMakeSocket && outcome.canStartThread)
        if outcome.layers.contains("Landlock") {
            #expect(!outcome.canRead)
            #expect(!outcome.canWrite)
        }
        if outcome.layers.contains("seccomp") { #expect(!outcome.canTrace) }
        // The process as a whole is as it was.
        #expect(Self.opens("\(folder)/secret", O_RDONLY))
    }
}
