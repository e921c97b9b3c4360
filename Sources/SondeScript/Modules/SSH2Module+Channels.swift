// SPDX-License-Identifier: Apache-2.0

internal import SondeLua

/// Channels of an SSH session: commands, shells and their output.
extension ScriptEngine {
    func installSSHChannels(_ frame: borrowing CallFrame) {
        add(frame, "open_channel") { [self] (frame) throws(HostError) in try openChannel(frame) }
        add(frame, "channel_request_pty_ex") { [self] (frame) throws(HostError) in
            let (ssh, channel) = try channelArguments(frame)
            let term = try zeroTerminated(frame, at: 3)
            let modes = frame.isNil(at: 4) ? [0] : try zeroTerminated(frame, at: 4)
            let size = (CInt(clamping: try frame.integer(at: 5)), CInt(clamping: try frame.integer(at: 6)))
            let pixels = (CInt(clamping: try frame.integer(at: 7)), CInt(clamping: try frame.integer(at: 8)))
            return try finishing(frame, ssh, "Requesting pty") {
                channel.requestTerminal(term, modes: modes, size: size, pixels: pixels)
            }
        }
        add(frame, "channel_request") { [self] (frame) throws(HostError) in
            let (ssh, channel) = try channelArguments(frame)
            let request = frame.isNil(at: 3) ? Self.shell : try zeroTerminated(frame, at: 3)
            let message = frame.isNil(at: 4) ? nil : try zeroTerminated(frame, at: 4)
            return try finishing(frame, ssh, "Error sending shell request") {
                channel.start(request, message: message)
            }
        }
        add(frame, "channel_shell") { [self] (frame) throws(HostError) in
            let (ssh, channel) = try channelArguments(frame)
            return try finishing(frame, ssh, "Error sending shell request") {
                channel.start(Self.shell, message: nil)
            }
        }
        add(frame, "channel_exec") { [self] (frame) throws(HostError) in
            let (ssh, channel) = try channelArguments(frame)
            let command = try zeroTerminated(frame, at: 3)
            return try finishing(frame, ssh, "Error sending exec request") {
                channel.start(Self.word("exec"), message: command)
            }
        }
        installSSHTransfer(frame)
    }

    private func installSSHTransfer(_ frame: borrowing CallFrame) {
        add(frame, "channel_read") { [self] (frame) throws(HostError) in try read(frame, stream: 0) }
        add(frame, "channel_read_stderr") { [self] (frame) throws(HostError) in
            try read(frame, stream: 1)
        }
        add(frame, "channel_write") { [self] (frame) throws(HostError) in
            let (ssh, channel) = try channelArguments(frame)
            guard let octets = frame.convertedOctets(at: 3) else { throw .message("Invalid buffer") }
            return try drive(frame, ssh, step: { channel.write(octets) }) {
                (count, frame) throws(HostError) in
                guard count >= 0 else { throw .message("Writing to channel") }
                frame.push(count)
                return .results(1)
            }
        }
        add(frame, "channel_send_eof") { [self] (frame) throws(HostError) in
            let (ssh, channel) = try channelArguments(frame)
            return try finishing(frame, ssh, "Error sending EOF") { channel.sendEnd() }
        }
        add(frame, "channel_eof") { [self] (frame) throws(HostError) in
            let channel = try frame.object(at: 1, as: types.sshChannel)
            guard case .done(let status) = channel.isAtEnd(), status >= 0 else {
                throw .message("Error checking for EOF")
            }
            frame.push(status != 0)
            return .results(1)
        }
        add(frame, "channel_close") { [self] (frame) throws(HostError) in
            let (ssh, channel) = try channelArguments(frame)
            return try finishing(frame, ssh, "Error closing channel") { channel.close() }
        }
    }

    private static let shell = word("shell")

    private static func word(_ text: String) -> [CChar] {
        (Array(text.utf8) + [0]).map(CChar.init(bitPattern:))
    }

    private func channelArguments(_ frame: borrowing CallFrame) throws(HostError) -> (SSHSession, SSHChannel)
    {
        (try sshArgument(frame), try frame.object(at: 2, as: types.sshChannel))
    }

    /// Carries a call out that gives nothing, or an error.
    private func finishing(
        _ frame: borrowing CallFrame,
        _ ssh: SSHSession,
        _ problem: String,
        step: @escaping () -> SSHSession.Step
    ) throws(HostError) -> HostReturn {
        try drive(frame, ssh, step: step) { (status, _) throws(HostError) in
            guard status >= 0 else { throw .message(problem) }
            return .nothing
        }
    }

    /// `open_channel(S, no_pty)`: with a terminal of type `vanilla` unless told otherwise.
    private func openChannel(_ frame: borrowing CallFrame) throws(HostError) -> HostReturn {
        let ssh = try sshArgument(frame)
        let wantsTerminal = !frame.isTruthy(at: 2)
        let found = Found<SSHChannel>()
        return try drive(frame, ssh) {
            ssh.openChannel(into: &found.value)
        } finish: { [unowned self] (_, frame) throws(HostError) in
            guard let channel = found.value else { throw .message("Opening channel") }
            guard wantsTerminal else {
                frame.push(channel, as: types.sshChannel)
                return .results(1)
            }
            return try drive(frame, ssh) {
                channel.requestTerminal(Self.word("vanilla"), modes: [0], size: (80, 24), pixels: (0, 0))
            } finish: { [unowned self] (status, frame) throws(HostError) in
                guard status >= 0 else { throw .message("Requesting pty") }
                frame.push(channel, as: types.sshChannel)
                return .results(1)
            }
        }
    }

    private func read(_ frame: borrowing CallFrame, stream: CInt) throws(HostError) -> HostReturn {
        let (ssh, channel) = try channelArguments(frame)
        let found = Found<[UInt8]>()
        return try drive(frame, ssh) {
            var octets: [UInt8] = []
            let step = channel.read(stream, into: &octets)
            found.value = octets
            return step
        } finish: { (count, frame) throws(HostError) in
            guard count >= 0 else { throw .message("Reading from channel") }
            if let octets = found.value, !octets.isEmpty { frame.push(octets) } else { frame.pushNil() }
            return .results(1)
        }
    }
}
