// SPDX-License-Identifier: Apache-2.0

internal import COpenSSL

/// What is set up once per process, and the library's queue of errors.
enum OpenSSLLibrary {
    /// Prepares the process for TLS; later calls do nothing.
    static func prepare() { _ = prepared }

    // Providers and signal dispositions belong to the process, so this is the one thing here that is static.
    private static let prepared: Bool = {
        loadProviders()
        // OpenSSL writes to its descriptor with `write`, which cannot be told `MSG_NOSIGNAL`.
        Syscalls.ignoreBrokenPipe()
        return true
    }()

    /// Loads the legacy provider (MD4, RC4, single DES …) where it is installed.
    ///
    /// Loading any provider by name stops the library from loading the default one by itself, so that one is
    /// named as well. Neither is ever unloaded.
    private static func loadProviders() {
        _ = unsafe OSSL_PROVIDER_load(nil, "default")
        if unsafe OSSL_PROVIDER_load(nil, "legacy") == nil { clearErrors() }
    }

    /// Empties the thread's queue of errors, so that the next look finds only what the next call put there.
    static func clearErrors() { ERR_clear_error() }

    /// Takes the oldest error off the thread's queue, as OpenSSL words it, and empties the queue.
    static func takeErrorText() -> String? {
        let code = ERR_get_error()
        guard code != 0 else { return nil }
        clearErrors()
        return unsafe withUnsafeTemporaryAllocation(of: CChar.self, capacity: 256) { buffer in
            guard let text = buffer.baseAddress else { return nil }
            // The call ends the text with a zero within the 256 octets it is given.
            unsafe ERR_error_string_n(code, text, 256)
            return unsafe String(cString: text)
        }
    }
}
