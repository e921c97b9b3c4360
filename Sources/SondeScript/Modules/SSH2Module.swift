// SPDX-License-Identifier: Apache-2.0

internal import SondeIO
internal import SondeLua
internal import SondeModel

/// The `libssh2` module (spec `native-modules`, section 6): sessions whose traffic goes through scripts' own sockets.
extension ScriptEngine {
    func installSSH() throws(LuaError) {
        try NativeModules.withTable("libssh2", in: lua) { frame in
            installSSHSessions(frame)
            installSSHAuthentication(frame)
            installSSHChannels(frame)
        }
    }

    // MARK: Driving

    /// Repeats a call of the library until it is done; meanwhile sends what it wants to send and receives.
    ///
    /// - Parameters:
    ///   - frame: the call of the script.
    ///   - ssh: the session.
    ///   - step: the call of the library.
    ///   - finish: given the library's status, tells the script.
    /// - Returns: what the host function returns.
    /// - Throws: ``HostError`` where the caller cannot be suspended, and what `finish` throws.
    func drive(
        _ frame: borrowing CallFrame,
        _ ssh: SSHSession,
        step: @escaping () -> SSHSession.Step,
        finish: @escaping (Int, borrowing CallFrame) throws(HostError) -> HostReturn
    ) throws(HostError) -> HostReturn {
        let state = step()
        let octets = ssh.takeOutgoing()
        guard case .stream(let stream) = ssh.socket.channel, ssh.failure == nil else {
            ssh.end("EOF")
            // Without a connection the library answers "again" only until it has seen that.
            for _ in 0..<16 {
                if case .done(let status) = step() { return try finish(status, frame) }
            }
            return try finish(-1, frame)
        }
        let deadline = ssh.socket.deadline(network.loop.now)
        guard octets.isEmpty else {
            try claim(frame, ssh.socket)
            return try wait(frame, on: ssh.socket) { then in
                stream.send(octets, before: deadline, then: then)
            } deliver: { [unowned self] (result: Result<Void, StreamError>, frame) throws(HostError) in
                if case .failure(let error) = result { ssh.end(error.code.rawValue) }
                if case .done(let status) = state { return try finish(status, frame) }
                return try receiveOn(frame, ssh, step: step, finish: finish)
            }
        }
        if case .done(let status) = state { return try finish(status, frame) }
        return try receiveOn(frame, ssh, step: step, finish: finish)
    }

    private func receiveOn(
        _ frame: borrowing CallFrame,
        _ ssh: SSHSession,
        step: @escaping () -> SSHSession.Step,
        finish: @escaping (Int, borrowing CallFrame) throws(HostError) -> HostReturn
    ) throws(HostError) -> HostReturn {
        guard ssh.failure == nil else { return try drive(frame, ssh, step: step, finish: finish) }
        return try receive(frame, ssh.socket, .some) { [unowned self] (result, frame) throws(HostError) in
            switch result {
            case .success(let octets): ssh.feed(octets)
            case .failure(let error): ssh.end(error.code.rawValue)
            }
            return try drive(frame, ssh, step: step, finish: finish)
        }
    }

    // MARK: Sessions

    private func installSSHSessions(_ frame: borrowing CallFrame) {
        add(frame, "session_open") { [self] (frame) throws(HostError) in try openSSH(frame) }
        add(frame, "session_close") { [self] (frame) throws(HostError) in
            let ssh = try sshArgument(frame)
            return try drive(frame, ssh, step: { ssh.disconnect() }) { (status, _) throws(HostError) in
                ssh.free()
                ssh.socket.reset()
                guard status >= 0 else { throw .message("unable to disconnect session") }
                return .nothing
            }
        }
        add(frame, "hostkey_hash") { [self] (frame) throws(HostError) in
            enum Choice: String { case sha1, md5 }
            let ssh = try sshArgument(frame)
            let choice: Choice = try frame.option(at: 2, default: .sha1)
            guard let digest = ssh.hostKeyDigest(isMD5: choice == .md5) else {
                return softFailure(frame, "could not get hostkey hash")
            }
            frame.push(digest.map { HexDigits.upper($0) }.joined(separator: ":"))
            return .results(1)
        }
        add(frame, "set_timeout") { [self] (frame) throws(HostError) in
            let ssh = try sshArgument(frame)
            ssh.setTimeout(try frame.integer(at: 2))
            return .nothing
        }
        add(frame, "userauth_banner") { [self] (frame) throws(HostError) in
            guard let banner = try sshArgument(frame).banner else { return .nothing }
            frame.push(banner)
            return .results(1)
        }
    }

    private func openSSH(_ frame: borrowing CallFrame) throws(HostError) -> HostReturn {
        let (name, serverName) = try hostName(frame, at: 1)
        let port = UInt16(truncatingIfNeeded: try frame.integer(at: 2))
        let socket = makeSocket(.tcp, settings.family)
        guard let ssh = SSHSession(over: socket) else {
            return softFailure(frame, "trying to initiate session")
        }
        let destination = Destination(name: name, serverName: serverName, port: port, kind: .tcp) {
            [unowned self] (end, frame) throws(HostError) in
            switch end {
            case .refused(let text): throw .message(text)
            case .failed(let error): throw .message(error.code.rawValue)
            case .connected: return try shakeHands(frame, ssh)
            }
        }
        return try connect(frame, socket, to: destination)
    }

    private func shakeHands(_ frame: borrowing CallFrame, _ ssh: SSHSession) throws(HostError) -> HostReturn {
        try drive(frame, ssh, step: { ssh.handshake() }) { [unowned self] (status, frame) throws(HostError) in
            guard status == 0 else {
                ssh.socket.reset()
                throw .message(ssh.failure ?? "Unable to complete libssh2 handshake.")
            }
            frame.push(ssh, as: types.ssh)
            return .results(1)
        }
    }

    // MARK: Arguments

    /// The session that a function is called with.
    func sshArgument(_ frame: borrowing CallFrame) throws(HostError) -> SSHSession {
        try frame.object(at: 1, as: types.ssh)
    }

    /// A text argument as the library takes it: it ends at the first zero octet.
    func zeroTerminated(_ frame: borrowing CallFrame, at index: Int) throws(HostError) -> [CChar] {
        (try frame.string(at: index).prefix { $0 != 0 } + [0]).map(CChar.init(bitPattern:))
    }
}

/// Octets as digits.
enum HexDigits {
    /// Two capital digits.
    static func upper(_ octet: UInt8) -> String {
        let digits = String(octet, radix: 16, uppercase: true)
        return digits.utf8.count == 1 ? "0" + digits : digits
    }
}
