// SPDX-License-Identifier: Apache-2.0

internal import CSSH2
internal import Glibc

/// A session of libssh2 whose traffic goes through buffers: the library never touches a socket.
///
/// What it wants to send is gathered in ``outgoing``; what has come is given to ``feed(_:)``. A call of the library that finds
/// nothing to read answers "again", and the engine receives more before it repeats the call.
@safe
final class SSHSession {
    /// What a call of the library came to.
    enum Step: Hashable {
        /// It wants to read more first.
        case again
        /// It is done, with the library's status.
        case done(Int)
    }

    /// The socket that the traffic goes through.
    let socket: NmapSocket
    /// What the library wants to send.
    private(set) var outgoing: [UInt8] = []
    /// Why the traffic ended, as the word that scripts know.
    private(set) var failure: String?
    /// Whether the server would take the key that it was asked about.
    var acceptsKey = false
    /// Answers the prompts of the server; set while that is asked.
    var answer: (_ name: String, _ instruction: String, _ prompts: [String]) -> [[UInt8]] = { _, _, _ in [] }

    private var incoming: [UInt8] = []
    private var incomingStart = 0
    private var session: OpaquePointer?
    /// The place that a call-back of the library finds this object by.
    private let context: UnsafeMutablePointer<UnsafeMutableRawPointer?>

    /// A descriptor that no process has: the library only looks at its flags and takes the error for "non-blocking".
    private static let noDescriptor = CInt.max
    /// Whether the library is ready; it is told once in the process.
    private static let isReady: Bool = libssh2_init(0) == 0

    /// Makes a session over a socket that is, or will be, connected.
    init?(over socket: NmapSocket) {
        self.socket = socket
        unsafe context = .allocate(capacity: 1)
        unsafe context.initialize(to: nil)
        guard Self.isReady else { return nil }
        let own = unsafe Unmanaged.passUnretained(self).toOpaque()
        unsafe context.pointee = own
        unsafe session = libssh2_session_init_ex(nil, nil, nil, own)
        guard let session = unsafe session else { return nil }
        unsafe libssh2_session_set_blocking(session, 0)
        unsafe setCallback(
            LIBSSH2_CALLBACK_RECV,
            unsafeBitCast(sshReceiveOctets, to: UnsafeMutableRawPointer.self)
        )
        unsafe setCallback(
            LIBSSH2_CALLBACK_SEND,
            unsafeBitCast(sshSendOctets, to: UnsafeMutableRawPointer.self)
        )
    }

    deinit {
        free()
        unsafe context.deinitialize(count: 1)
        unsafe context.deallocate()
    }

    private func setCallback(_ kind: CInt, _ function: UnsafeMutableRawPointer) {
        guard let session = unsafe session else { return }
        _ = unsafe libssh2_session_callback_set(session, kind, function)
    }

    /// Whether the session has not been freed.
    var isOpen: Bool { unsafe session != nil }

    /// Frees the session and its channels.
    func free() {
        guard let session = unsafe session else { return }
        end("EOF")
        // With the traffic ended the library has nothing to wait for; a few calls let it finish what was begun.
        for _ in 0..<16 where unsafe libssh2_session_free(session) != LIBSSH2_ERROR_EAGAIN { break }
        unsafe self.session = nil
        outgoing = []
    }

    // MARK: Traffic

    /// Takes what the library wants to send.
    func takeOutgoing() -> [UInt8] {
        defer { outgoing = [] }
        return outgoing
    }

    /// Gives the library what was received.
    func feed(_ octets: [UInt8]) {
        if incomingStart == incoming.count {
            incoming = octets
            incomingStart = 0
        } else {
            incoming += octets
        }
    }

    /// Ends the traffic: calls that would wait fail from now on.
    func end(_ word: String) { failure = failure ?? word }

    /// Copies received octets into the library's room: how many, or a negative error number.
    func read(into room: UnsafeMutableRawBufferPointer) -> Int {
        let count = min(room.count, incoming.count - incomingStart)
        guard count > 0 else { return failure == nil ? -Int(EAGAIN) : -Int(ECONNRESET) }
        unsafe incoming.withUnsafeBytes { octets in
            // Both hold `count` octets, which was checked above.
            let part = unsafe UnsafeRawBufferPointer(rebasing: octets[incomingStart..<incomingStart + count])
            unsafe room.copyMemory(from: part)
        }
        incomingStart += count
        return count
    }

    /// Takes octets from the library.
    func write(_ octets: UnsafeRawBufferPointer) -> Int {
        guard failure == nil else { return -Int(ECONNRESET) }
        unsafe outgoing.append(contentsOf: octets)
        return octets.count
    }

    // MARK: Calls

    /// Calls the library with the session: its status, or "again".
    func call(_ body: (OpaquePointer) -> Int) -> Step {
        guard let session = unsafe session else { return .done(-1) }
        let status = unsafe body(session)
        return status == Int(LIBSSH2_ERROR_EAGAIN) ? .again : .done(status)
    }

    /// The last error of the library.
    var lastError: (number: Int, text: String) {
        guard let session = unsafe session else { return (-1, "the session is closed") }
        var text: UnsafeMutablePointer<CChar>?
        let number = unsafe libssh2_session_last_error(session, &text, nil, 0)
        return (Int(number), unsafe text.map { unsafe String(cString: $0) } ?? "")
    }

    /// Shakes hands.
    func handshake() -> Step {
        unsafe call { unsafe Int(libssh2_session_handshake($0, Self.noDescriptor)) }
    }

    /// Says good-bye.
    func disconnect() -> Step {
        unsafe call { unsafe Int(libssh2_session_disconnect_ex($0, 11, "Normal Shutdown", "")) }
    }

    /// Sets how long the library itself would wait, milliseconds.
    func setTimeout(_ milliseconds: Int) {
        guard let session = unsafe session else { return }
        unsafe libssh2_session_set_timeout(session, milliseconds)
    }

    /// The digest of the server's key: 16 octets of MD5 or 20 of SHA-1.
    func hostKeyDigest(isMD5: Bool) -> [UInt8]? {
        guard let session = unsafe session,
            let digest = unsafe libssh2_hostkey_hash(session, isMD5 ? 1 : 2)
        else { return nil }
        // The library promises 16 and 20 octets.
        return unsafe UnsafeRawBufferPointer(start: digest, count: isMD5 ? 16 : 20).map { $0 }
    }

    /// What the server says before one logs in, where the installed library can tell.
    var banner: String? {
        typealias Function =
            @convention(c) (OpaquePointer, UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>) -> CInt
        guard let session = unsafe session, let symbol = unsafe dlsym(nil, "libssh2_userauth_banner") else {
            return nil
        }
        var text: UnsafeMutablePointer<CChar>?
        // The function has had this shape ever since it came into the library (1.11).
        guard unsafe unsafeBitCast(symbol, to: Function.self)(session, &text) == 0 else { return nil }
        return unsafe text.map { unsafe String(cString: $0) }
    }

    /// Asks which ways to log in there are; the list is in `list` once it is done.
    func listMethods(user: [CChar], into list: inout String?) -> Step {
        var found: String?
        let step = unsafe call { session in
            if let text = unsafe libssh2_userauth_list(session, user, UInt32(user.count - 1)) {
                found = unsafe String(cString: text)
                return 0
            }
            return unsafe Int(libssh2_session_last_error(session, nil, nil, 0))
        }
        list = found
        return step
    }

    /// Whether the user is logged in.
    var isAuthenticated: Bool {
        guard let session = unsafe session else { return false }
        return unsafe libssh2_userauth_authenticated(session) == 1
    }

    /// Logs in with a password.
    func logIn(user: [CChar], password: [CChar]) -> Step {
        unsafe call {
            unsafe Int(
                libssh2_userauth_password_ex(
                    $0,
                    user,
                    UInt32(user.count - 1),
                    password,
                    UInt32(password.count - 1),
                    nil
                )
            )
        }
    }

    /// Logs in with a key from files.
    func logIn(user: [CChar], privateFile: [CChar], publicFile: [CChar]?, passphrase: [CChar]) -> Step {
        unsafe call {
            unsafe Int(
                libssh2_userauth_publickey_fromfile_ex(
                    $0,
                    user,
                    UInt32(user.count - 1),
                    publicFile,
                    privateFile,
                    passphrase
                )
            )
        }
    }

    /// Logs in with a key from memory.
    func logIn(user: [CChar], privateKey: [CChar], publicKey: [CChar]?, passphrase: [CChar]) -> Step {
        unsafe call {
            unsafe Int(
                libssh2_userauth_publickey_frommemory(
                    $0,
                    user,
                    user.count - 1,
                    publicKey,
                    publicKey.map { $0.count - 1 } ?? 0,
                    privateKey,
                    privateKey.count - 1,
                    passphrase
                )
            )
        }
    }

    /// Logs in by answering what the server asks.
    func logInInteractively(user: [CChar]) -> Step {
        unsafe call {
            unsafe Int(
                libssh2_userauth_keyboard_interactive_ex($0, user, UInt32(user.count - 1), sshAnswerPrompts)
            )
        }
    }

    /// Asks whether the server would take a key; ``acceptsKey`` tells once it is done.
    func tryKey(user: [CChar], key: [UInt8]) -> Step {
        unsafe call {
            unsafe Int(libssh2_userauth_publickey($0, user, key, key.count, sshRefuseToSign, context))
        }
    }

    /// Opens a channel: done with the channel in `channel`, or with an error.
    func openChannel(into channel: inout SSHChannel?) -> Step {
        var opened: OpaquePointer?
        let step = unsafe call { session in
            unsafe opened = libssh2_channel_open_ex(
                session,
                "session",
                7,
                sonde_ssh2_window(),
                sonde_ssh2_packet(),
                nil,
                0
            )
            return unsafe opened != nil ? 0 : Int(libssh2_session_last_error(session, nil, nil, 0))
        }
        if let opened = unsafe opened { channel = unsafe SSHChannel(opened, of: self) }
        return step
    }
}
