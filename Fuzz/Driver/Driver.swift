// SPDX-License-Identifier: Apache-2.0

import Glibc

/// The target that the environment names.
private let target = chosenTarget()

/// Finds the target of `SONDE_FUZZ_TARGET`; the name `list` lists all with the most octets of an input.
private func chosenTarget() -> FuzzTarget {
    // The text is the environment's own and is copied at once.
    let name = unsafe getenv("SONDE_FUZZ_TARGET").map { unsafe String(cString: $0) } ?? "list"
    if let target = FuzzTarget.named(name) { return target }
    for target in FuzzTarget.all { print(target.name, target.mostOctets) }
    exit(name == "list" ? 0 : 2)
}

/// Called by libFuzzer before the first input.
@_cdecl("LLVMFuzzerInitialize")
public func initializeFuzzing(_ count: UnsafeRawPointer, _ arguments: UnsafeRawPointer) -> CInt {
    _ = target.name
    return 0
}

/// Called by libFuzzer for each input.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzOneInput(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    // The octets are libFuzzer's during the call and are copied at once.
    let octets = unsafe Array(UnsafeBufferPointer(start: start, count: count))
    do {
        try target.run(octets)
    } catch {
        let text = Array("broken promise: \(error)\n".utf8)
        // The buffer is the array's own, during the call.
        _ = unsafe text.withUnsafeBytes { unsafe write(2, $0.baseAddress, $0.count) }
        abort()
    }
    return 0
}
