// SPDX-License-Identifier: Apache-2.0

internal import SondeThread

/// Closes something on a thread of its own: the kernel makes whoever closes a capture wait for tens of milliseconds.
///
/// - Parameter close: closes what nobody else may use any more; called here if there is no further thread.
func runAside(_ close: @escaping @Sendable () -> Void) {
    guard let thread = try? SystemThread(close) else { return close() }
    thread.detach()
}
