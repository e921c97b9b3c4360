// SPDX-License-Identifier: Apache-2.0

internal import COpenSSL

/// The providers of algorithms that scripts need: the default one, and the one with the algorithms of old.
enum OpenSSLProviders {
    /// Whether MD4, RC4, single DES and the like can be used; loads the providers at the first use.
    ///
    /// Asking for one provider by name switches off the automatic loading of the default one, so both are
    /// named. They stay loaded for the life of the process, which is how OpenSSL wants it.
    static let legacyIsAvailable: Bool = {
        _ = unsafe OSSL_PROVIDER_load(nil, "default")
        let isAvailable = unsafe OSSL_PROVIDER_load(nil, "legacy") != nil
        ERR_clear_error()
        return isAvailable
    }()
}
