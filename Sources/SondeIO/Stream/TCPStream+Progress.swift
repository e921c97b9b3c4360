// SPDX-License-Identifier: Apache-2.0

/// How the operations of a stream go on when its descriptor changes or a deadline passes.
extension TCPStream: ReadinessHandler, OperationOwner {
    /// Goes on with what waits; for the loop.
    package func ready(_ readiness: Readiness) {
        if let handshaking {
            continueHandshake(handshaking)
            return
        }
        // With TLS, reading may have to wait for writing and the other way round.
        if tls != nil || readiness.allowsWriting { continueSending() }
        if tls != nil || readiness.allowsReading { continueReceiving() }
    }

    /// Closes the connection when the loop closes.
    package func abandon() {
        let tell = onAbandon
        onAbandon = nil
        tell?()
        close()
    }

    func cancel(_ operation: Operation) {
        if receiving?.operation === operation {
            receiving = nil
            setReceiveDeadline(nil)
        } else if sending?.operation === operation {
            sending = nil
            setSendDeadline(nil)
        } else if handshaking?.operation === operation {
            handshaking = nil
            setSendDeadline(nil)
            end = .cancelled
        }
    }

    // MARK: Receiving

    /// Why a pass of reading ended.
    enum PassEnd {
        case blocked
        case limitReached
        case failed(StreamError)
    }

    /// Reads what is there.
    func receivePass(_ buffer: inout ReceiveBuffer) -> PassEnd {
        let start = buffer.bytes.count
        while true {
            switch receiveOnce(&buffer) {
            case .failure(let error): return .failed(error)
            case .success(nil): return .blocked
            case .success(let count?):
                if buffer.endsPass(startedAt: start) { return .limitReached }
                // A read that gave less than it could shows that no more is there.
                let isShort = tls == nil && count < ReadBuffer.size
                if isShort, buffer.amount == .some { return .blocked }
            }
        }
    }

    /// Reads once: how much, or `nil` if it would block.
    private func receiveOnce(_ buffer: inout ReceiveBuffer) -> Result<Int?, StreamError> {
        guard let number = descriptor?.number else { return .failure(.closed) }
        let space = unsafe loop.readBuffer.bytes
        do {
            let count: Int?
            if let tls {
                count = unsafe try tls.receive(into: space)
            } else {
                count = unsafe try network.syscalls.receive(number, into: space)
            }
            guard let count else { return .success(nil) }
            guard count > 0 else { return .failure(.endOfStream) }
            unsafe take(UnsafeRawBufferPointer(rebasing: space[..<min(count, space.count)]), &buffer)
            return .success(count)
        } catch let error as StreamError {
            return .failure(error)
        } catch let error as SystemError {
            return .failure(StreamError(error))
        } catch {
            return .failure(StreamError(.error))
        }
    }

    private func take(_ bytes: UnsafeRawBufferPointer, _ buffer: inout ReceiveBuffer) {
        unsafe buffer.append(bytes)
        network.gate.received(bytes.count)
        if let observer = network.gate.observer { unsafe observer(.received(flow, Array(bytes))) }
    }

    /// The result after a pass; `nil` if there is more to wait for.
    func settle(_ buffer: ReceiveBuffer, _ passEnd: PassEnd) -> Result<[UInt8], StreamError>? {
        if case .failed(let error) = passEnd {
            if error.code == .endOfStream { end = error }
            if buffer.isEmpty { return .failure(error) }
            if error.code != .endOfStream { failureToTell = error }
            return .success(buffer.bytes)
        }
        return buffer.isSatisfied ? .success(buffer.bytes) : nil
    }

    /// The result when no more time is left.
    func resultAtDeadline(_ buffer: ReceiveBuffer) -> Result<[UInt8], StreamError> {
        buffer.isEmpty ? .failure(.timeout) : .success(buffer.bytes)
    }

    private func continueReceiving() {
        guard var now = receiving else { return }
        receiving = nil
        let passEnd = receivePass(&now.buffer)
        guard let result = settle(now.buffer, passEnd) else {
            receiving = now
            if case .limitReached = passEnd { receiveAgain() }
            return
        }
        finish(now, result)
    }

    func receiveDeadlinePassed() {
        guard let now = receiving else { return }
        finish(now, resultAtDeadline(now.buffer))
    }

    private func finish(_ now: Receiving, _ result: Result<[UInt8], StreamError>) {
        receiving = nil
        setReceiveDeadline(nil)
        now.operation.finish()
        now.then(result)
    }

    // MARK: Sending

    /// Hands over as much as the system takes: a result when all is gone or it failed, `nil` if it would block.
    func sendPass(_ bytes: [UInt8], _ offset: inout Int) -> Result<Void, StreamError>? {
        if let end, end.code != .endOfStream { return .failure(end) }
        guard let number = descriptor?.number else { return .failure(.closed) }
        while offset < bytes.count {
            do {
                guard let count = try sendOnce(number, bytes, offset) else { return nil }
                told(bytes, offset, count)
                offset += count
            } catch {
                return .failure(error)
            }
        }
        return .success(())
    }

    private func sendOnce(_ number: CInt, _ bytes: [UInt8], _ offset: Int) throws(StreamError) -> Int? {
        let tls = tls
        let syscalls = network.syscalls
        let result: Result<Int?, StreamError> = unsafe bytes.withUnsafeBytes { all in
            let rest = unsafe UnsafeRawBufferPointer(rebasing: all[offset...])
            do throws(StreamError) {
                if let tls { return .success(unsafe try tls.send(rest)) }
                do throws(SystemError) {
                    return .success(unsafe try syscalls.send(number, from: rest))
                } catch {
                    throw StreamError(error)
                }
            } catch {
                return .failure(error)
            }
        }
        return try result.get()
    }

    private func told(_ bytes: [UInt8], _ offset: Int, _ count: Int) {
        network.gate.sent(count)
        if let observer = network.gate.observer {
            observer(.sent(flow, Array(bytes[offset..<offset + count])))
        }
    }

    private func continueSending() {
        guard var now = sending else { return }
        guard let result = sendPass(now.bytes, &now.offset) else {
            sending = now
            return
        }
        finish(now, result)
    }

    private func finish(_ now: Sending, _ result: Result<Void, StreamError>) {
        sending = nil
        setSendDeadline(nil)
        now.operation.finish()
        now.then(result)
    }

    // MARK: TLS

    /// Takes the handshake on: a result when it has ended.
    func handshakeStep(_ session: TLSSession) -> Result<Void, StreamError>? {
        switch session.handshake() {
        case .wantsRead, .wantsWrite:
            return nil
        case .done:
            tls = session
            network.gate.observer?(.connected(flow, isTLS: true))
            return .success(())
        case .failed(let error):
            end = error
            return .failure(error)
        }
    }

    private func continueHandshake(_ now: Handshaking) {
        guard let result = handshakeStep(now.session) else { return }
        finish(now, result)
    }

    func sendDeadlinePassed() {
        if let now = handshaking {
            end = .timeout
            finish(now, .failure(.timeout))
        } else if let now = sending {
            finish(now, .failure(.timeout))
        }
    }

    private func finish(_ now: Handshaking, _ result: Result<Void, StreamError>) {
        handshaking = nil
        setSendDeadline(nil)
        now.operation.finish()
        now.then(result)
    }
}

extension TLSSession {
    /// Reads as a socket does: 0 at the end, `nil` if it would block.
    fileprivate func receive(into space: UnsafeMutableRawBufferPointer) throws(StreamError) -> Int? {
        switch unsafe read(into: space) {
        case .count(let count): return count
        case .wantsRead, .wantsWrite: return nil
        case .endOfStream: return 0
        case .failed(let error): throw error
        }
    }

    /// Writes as a socket does: `nil` if it would block.
    fileprivate func send(_ bytes: UnsafeRawBufferPointer) throws(StreamError) -> Int? {
        switch unsafe write(bytes) {
        case .count(let count): return count
        case .wantsRead, .wantsWrite: return nil
        case .endOfStream: throw .endOfStream
        case .failed(let error): throw error
        }
    }
}
