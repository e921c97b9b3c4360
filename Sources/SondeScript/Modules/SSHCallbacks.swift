// SPDX-License-Identifier: Apache-2.0

internal import CSSH2
internal import Glibc

// MARK: Call-backs of the library. `abstract` points to the session object, which outlives its session.

private func object(_ abstract: UnsafeMutablePointer<UnsafeMutableRawPointer?>?) -> SSHSession? {
    guard let pointer = unsafe abstract?.pointee else { return nil }
    return unsafe Unmanaged<SSHSession>.fromOpaque(pointer).takeUnretainedValue()
}

/// Where the library keeps the session object.
typealias SSHAbstract = UnsafeMutablePointer<UnsafeMutableRawPointer?>?

let sshReceiveOctets: @convention(c) (CInt, UnsafeMutableRawPointer?, Int, CInt, SSHAbstract) -> Int = {
    _,
    room,
    count,
    _,
    abstract in
    guard let session = unsafe object(abstract) else { return -Int(ECONNRESET) }
    return unsafe session.read(into: UnsafeMutableRawBufferPointer(start: room, count: count))
}

let sshSendOctets: @convention(c) (CInt, UnsafeRawPointer?, Int, CInt, SSHAbstract) -> Int = {
    _,
    octets,
    count,
    _,
    abstract in
    guard let session = unsafe object(abstract) else { return -Int(ECONNRESET) }
    return unsafe session.write(UnsafeRawBufferPointer(start: octets, count: count))
}

/// Called when the server takes the key and wants a signature: there is none, but the answer is known.
let sshRefuseToSign:
    @convention(c) (
        OpaquePointer?, UnsafeMutablePointer<UnsafeMutablePointer<UInt8>?>?, UnsafeMutablePointer<Int>?,
        UnsafePointer<UInt8>?, Int, SSHAbstract
    ) -> CInt = { _, _, _, _, _, abstract in
        unsafe object(abstract)?.acceptsKey = true
        return -1
    }

/// Called with what the server asks; the answers go into memory that the library gives back with `free`.
let sshAnswerPrompts:
    @convention(c) (
        UnsafePointer<CChar>?, CInt, UnsafePointer<CChar>?, CInt, CInt,
        UnsafePointer<LIBSSH2_USERAUTH_KBDINT_PROMPT>?,
        UnsafeMutablePointer<LIBSSH2_USERAUTH_KBDINT_RESPONSE>?, SSHAbstract
    ) -> Void = { name, nameLength, instruction, instructionLength, count, prompts, responses, abstract in
        guard let session = unsafe object(abstract) else { return }
        var asked: [String] = []
        for index in 0..<max(0, count) {
            var length = 0
            let start = unsafe sonde_ssh2_prompt(prompts, index, &length)
            asked.append(unsafe text(start, length))
        }
        let answers = unsafe session.answer(
            text(name, Int(nameLength)),
            text(instruction, Int(instructionLength)),
            asked
        )
        for (index, octets) in answers.prefix(asked.count).enumerated() {
            unsafe sonde_ssh2_answer(responses, CInt(index), octets, octets.count)
        }
    }

/// A text of the library; the memory holds `length` octets.
private func text(_ start: UnsafePointer<CChar>?, _ length: Int) -> String {
    unsafe String(decoding: UnsafeRawBufferPointer(start: start, count: max(0, length)), as: UTF8.self)
}
