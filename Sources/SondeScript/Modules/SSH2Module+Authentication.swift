// SPDX-License-Identifier: Apache-2.0

internal import SondeIO
internal import SondeLua

/// Logging in by SSH.
extension ScriptEngine {
    func installSSHAuthentication(_ frame: borrowing CallFrame) {
        add(frame, "userauth_list") { [self] (frame) throws(HostError) in try listMethods(frame) }
        add(frame, "userauth_password") { [self] (frame) throws(HostError) in
            let ssh = try sshArgument(frame)
            let user = try zeroTerminated(frame, at: 2)
            let password = try zeroTerminated(frame, at: 3)
            return try logIn(frame, ssh) { ssh.logIn(user: user, password: password) }
        }
        add(frame, "userauth_publickey") { [self] (frame) throws(HostError) in
            let ssh = try sshArgument(frame)
            let user = try zeroTerminated(frame, at: 2)
            let file = try readableFile(frame, at: 3)
            let passphrase = frame.isNil(at: 4) ? [0] : try zeroTerminated(frame, at: 4)
            let publicFile = frame.isNil(at: 5) ? nil : try readableFile(frame, at: 5)
            return try logIn(frame, ssh) {
                ssh.logIn(user: user, privateFile: file, publicFile: publicFile, passphrase: passphrase)
            }
        }
        add(frame, "userauth_publickey_frommemory") { [self] (frame) throws(HostError) in
            let ssh = try sshArgument(frame)
            let user = try zeroTerminated(frame, at: 2)
            let key = try zeroTerminated(frame, at: 3)
            let passphrase = frame.isNil(at: 4) ? [0] : try zeroTerminated(frame, at: 4)
            let publicKey = frame.isNil(at: 5) ? nil : try zeroTerminated(frame, at: 5)
            return try logIn(frame, ssh) {
                ssh.logIn(user: user, privateKey: key, publicKey: publicKey, passphrase: passphrase)
            }
        }
        add(frame, "userauth_keyboard_interactive") { [self] (frame) throws(HostError) in
            try logInInteractively(frame)
        }
        add(frame, "read_publickey") { [self] (frame) throws(HostError) in try readKey(frame) }
        add(frame, "publickey_canauth") { [self] (frame) throws(HostError) in try tryKey(frame) }
    }

    /// Logs in; the script gets a boolean.
    private func logIn(
        _ frame: borrowing CallFrame,
        _ ssh: SSHSession,
        step: @escaping () -> SSHSession.Step
    ) throws(HostError) -> HostReturn {
        try drive(frame, ssh, step: step) { (status, frame) throws(HostError) in
            frame.push(status == 0)
            return .results(1)
        }
    }

    private func listMethods(_ frame: borrowing CallFrame) throws(HostError) -> HostReturn {
        let ssh = try sshArgument(frame)
        let user = try zeroTerminated(frame, at: 2)
        let found = Found<String>()
        return try drive(frame, ssh) {
            ssh.listMethods(user: user, into: &found.value)
        } finish: { [unowned self] (_, frame) throws(HostError) in
            if let list = found.value {
                let methods = list.split(separator: ",")
                frame.pushTable(elements: methods.count)
                for (index, method) in methods.enumerated() {
                    frame.push(String(method))
                    frame.setElement(index + 1)
                }
                return .results(1)
            }
            guard ssh.isAuthenticated else {
                return softFailure(frame, "userauth_list: \(ssh.lastError.text)")
            }
            frame.push("none_auth")
            return .results(1)
        }
    }

    /// `userauth_keyboard_interactive(S, user, callback)`: the call-back runs inside the library and cannot wait.
    private func logInInteractively(_ frame: borrowing CallFrame) throws(HostError) -> HostReturn {
        let ssh = try sshArgument(frame)
        let user = try zeroTerminated(frame, at: 2)
        try frame.requireFunction(at: 3)
        frame.pushCopy(of: 3)
        guard let callback = LuaReference(popping: frame) else { throw .message("not enough memory") }
        let problem = Found<String>()
        let userText = String(decoding: user.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
        ssh.answer = { [unowned self] name, instruction, prompts in
            answers(of: callback, [userText, name, instruction], prompts, problem)
        }
        return try drive(frame, ssh) {
            ssh.logInInteractively(user: user)
        } finish: { (status, frame) throws(HostError) in
            ssh.answer = { _, _, _ in [] }
            frame.push(status == 0)
            guard status != 0, let text = problem.value else { return .results(1) }
            frame.push(text)
            return .results(2)
        }
    }

    /// Asks a script's function for the answers to prompts.
    private func answers(
        of callback: LuaReference,
        _ texts: [String],
        _ prompts: [String],
        _ problem: Found<String>
    ) -> [[UInt8]] {
        lua.withStack { frame in
            frame.push(callback)
            for text in texts { frame.push(text) }
            frame.pushTable(elements: prompts.count)
            for (index, prompt) in prompts.enumerated() {
                frame.push(prompt)
                frame.setElement(index + 1)
            }
            guard frame.attempt(arguments: texts.count + 1, results: 1) else {
                problem.value = frame.convertedText(at: -1) ?? "error in the call-back"
                return []
            }
            guard frame.type(at: -1) == .table, !prompts.isEmpty else { return [] }
            let table = frame.count
            return (1...prompts.count).map { number in
                frame.pushElement(number, of: table)
                defer { frame.pop() }
                return frame.convertedOctets(at: -1) ?? []
            }
        }
    }

    /// `read_publickey(file)`: the second word of the first line, decoded.
    private func readKey(_ frame: borrowing CallFrame) throws(HostError) -> HostReturn {
        guard case .success(let path) = place(of: try frame.text(at: 1), for: .read) else {
            throw .message("Error reading file: not allowed: read (--allow read=DIR)")
        }
        guard let octets = try? FileReader.contents(of: path) else { throw .message("Error reading file") }
        let line = octets.prefix { $0 != UInt8(ascii: "\n") }
        let words = line.split(separator: UInt8(ascii: " "))
        guard words.count > 1, let key = Base64.decoded(words[1]) else {
            throw .message("Error reading file")
        }
        frame.push(key)
        return .results(1)
    }

    /// The path of a file that the script may read, with the zero that the library wants.
    private func readableFile(_ frame: borrowing CallFrame, at index: Int) throws(HostError) -> [CChar] {
        _ = try zeroTerminated(frame, at: index)
        switch place(of: try frame.text(at: index), for: .read) {
        case .success(let place): return place.utf8.map { CChar(bitPattern: $0) } + [0]
        case .failure(let refusal): throw .message(refusal.description)
        }
    }

    private func tryKey(_ frame: borrowing CallFrame) throws(HostError) -> HostReturn {
        let ssh = try sshArgument(frame)
        let user = try zeroTerminated(frame, at: 2)
        let key = try frame.string(at: 3)
        ssh.acceptsKey = false
        return try drive(frame, ssh) {
            ssh.tryKey(user: user, key: key)
        } finish: { (status, frame) throws(HostError) in
            let isRefused = status == -18 || status == -19
            guard ssh.acceptsKey || status == 0 || isRefused else {
                throw .message("Invalid public key: \(ssh.lastError.text)")
            }
            frame.push(ssh.acceptsKey || status == 0)
            return .results(1)
        }
    }
}

/// What a repeated call has found in the end.
final class Found<Value> {
    var value: Value?
}

/// Octets written in 64 printable characters (RFC 4648).
enum Base64 {
    /// The octets that characters stand for; nothing if one is not of the alphabet.
    static func decoded(_ characters: some Sequence<UInt8>) -> [UInt8]? {
        var octets: [UInt8] = []
        var bits: UInt32 = 0
        var count = 0
        for character in characters {
            guard character != UInt8(ascii: "="), character != 13 else { break }
            guard let value = value(of: character) else { return nil }
            bits = bits << 6 | UInt32(value)
            count += 6
            guard count >= 8 else { continue }
            count -= 8
            octets.append(UInt8(truncatingIfNeeded: bits >> UInt32(count)))
        }
        return octets
    }

    private static func value(of character: UInt8) -> UInt8? {
        switch character {
        case UInt8(ascii: "A")...UInt8(ascii: "Z"): character - 65
        case UInt8(ascii: "a")...UInt8(ascii: "z"): character - 97 + 26
        case UInt8(ascii: "0")...UInt8(ascii: "9"): character - 48 + 52
        case UInt8(ascii: "+"): 62
        case UInt8(ascii: "/"): 63
        default: nil
        }
    }
}
