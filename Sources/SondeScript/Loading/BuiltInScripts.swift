// SPDX-License-Identifier: Apache-2.0

/// The scripts that are built into the program: our own, which need nothing of Nmap's.
package enum BuiltInScripts {
    /// All of them, by name.
    package static var all: [EmbeddedScript] {
        sources.map { EmbeddedScript(fileName: $0.name, categories: $0.categories, source: $0.source()) }
    }

    /// Name, categories, and what gives the text: an array of octets is made only when asked for.
    private static let sources: [(name: String, categories: [String], source: @Sendable () -> [UInt8])] = [
        ("example-connect.nse", ["example", "safe"], { PackageResources.example_connect_nse }),
        ("example-exceptions.nse", ["example", "safe"], { PackageResources.example_exceptions_nse }),
        ("example-mutex.nse", ["example", "safe"], { PackageResources.example_mutex_nse }),
        ("example-registry.nse", ["example", "safe"], { PackageResources.example_registry_nse }),
        ("sonde-banner.nse", ["discovery", "safe"], { PackageResources.sonde_banner_nse }),
        (
            "sonde-dns-version.nse", ["default", "discovery", "safe"],
            { PackageResources.sonde_dns_version_nse }
        ),
        (
            "sonde-ftp-greeting.nse", ["default", "discovery", "safe"],
            { PackageResources.sonde_ftp_greeting_nse }
        ),
        ("sonde-http-headers.nse", ["discovery", "safe"], { PackageResources.sonde_http_headers_nse }),
        (
            "sonde-http-title.nse", ["default", "discovery", "safe"],
            { PackageResources.sonde_http_title_nse }
        ),
        (
            "sonde-imap-greeting.nse", ["default", "discovery", "safe"],
            { PackageResources.sonde_imap_greeting_nse }
        ),
        (
            "sonde-pop3-greeting.nse", ["default", "discovery", "safe"],
            { PackageResources.sonde_pop3_greeting_nse }
        ),
        (
            "sonde-redis-info.nse", ["default", "discovery", "safe"],
            { PackageResources.sonde_redis_info_nse }
        ),
        (
            "sonde-smtp-greeting.nse", ["default", "discovery", "safe"],
            { PackageResources.sonde_smtp_greeting_nse }
        ),
        ("sonde-ssh-algorithms.nse", ["discovery", "safe"], { PackageResources.sonde_ssh_algorithms_nse }),
        (
            "sonde-ssh-hostkey.nse", ["default", "discovery", "safe"],
            { PackageResources.sonde_ssh_hostkey_nse }
        ),
        ("sonde-tls-cert.nse", ["default", "discovery", "safe"], { PackageResources.sonde_tls_cert_nse }),
    ]
}
