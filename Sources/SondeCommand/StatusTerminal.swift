// SPDX-License-Identifier: Apache-2.0

internal import Glibc
internal import Synchronization

/// The terminal settings to put back; written before ``isChanged`` is set, read only after.
// Safe because the settings are written by one thread, once, before the flag says that they are there.
nonisolated(unsafe) private var savedSettings = termios()

/// Whether the terminal is in another mode than it was found in.
private let isChanged = Atomic(false)

/// Standard input as a source of single key presses, while a scan runs.
///
/// The terminal gives each key at once and shows none. Its settings are put back when the value goes, when
/// the process exits, and when a signal ends it that nobody else handles. Whoever handles such a signal and
/// exits without `exit(3)` calls ``restore()``.
struct StatusTerminal: ~Copyable {
    /// The descriptor to watch for input.
    let descriptor = STDIN_FILENO

    private var keys = StatusKeys()

    /// Takes the terminal, or gives nothing if standard input is none or this process runs in the background.
    init?() {
        guard isatty(STDIN_FILENO) == 1, tcgetpgrp(STDIN_FILENO) == getpgrp(),
            !isChanged.load(ordering: .acquiring), Self.change()
        else { return nil }
    }

    deinit { Self.restore() }

    /// The keys pressed since the last call; does not wait.
    mutating func read() -> [StatusKey] {
        // A background process that reads from its terminal is stopped.
        guard tcgetpgrp(STDIN_FILENO) == getpgrp() else { return [] }
        var buffer = [UInt8](repeating: 0, count: 64)
        // The buffer is owned by this frame and its own count is passed; VMIN 0 and VTIME 0 make the call return.
        let count = unsafe buffer.withUnsafeMutableBytes {
            unsafe Glibc.read(STDIN_FILENO, $0.baseAddress, $0.count)
        }
        return count > 0 ? keys.decode(buffer.prefix(count)) : []
    }

    /// Puts the terminal's settings back; may be called in a signal handler, and more than once.
    static func restore() {
        guard isChanged.exchange(false, ordering: .acquiringAndReleasing) else { return }
        // `tcsetattr` is safe in signal handlers (POSIX.1-2017, 2.4.3); the settings were written before the flag.
        unsafe withUnsafePointer(to: &savedSettings) { _ = unsafe tcsetattr(STDIN_FILENO, TCSANOW, $0) }
    }

    private static func change() -> Bool {
        var settings = termios()
        guard unsafe tcgetattr(STDIN_FILENO, &settings) == 0 else { return false }
        unsafe savedSettings = settings
        settings.c_lflag &= ~tcflag_t(ICANON | ECHO)
        // Read what is there and return at once: VMIN and VTIME are 0.
        settings.c_cc.6 = 0
        settings.c_cc.5 = 0
        isChanged.store(true, ordering: .releasing)
        guard unsafe tcsetattr(STDIN_FILENO, TCSANOW, &settings) == 0 else {
            isChanged.store(false, ordering: .releasing)
            return false
        }
        _ = atexit { StatusTerminal.restore() }
        for number in [SIGINT, SIGTERM, SIGHUP, SIGQUIT] { restoreOnSignal(number) }
        return true
    }

    /// Lets a signal put the settings back before it ends the process, unless somebody handles it already.
    private static func restoreOnSignal(_ number: CInt) {
        var current = sigaction()
        // The default action is a null pointer.
        guard unsafe sigaction(number, nil, &current) == 0,
            unsafe current.__sigaction_handler.sa_handler == nil
        else { return }
        _ = signal(number) { number in
            StatusTerminal.restore()
            _ = signal(number, SIG_DFL)
            _ = raise(number)
        }
    }
}
