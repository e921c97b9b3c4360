// SPDX-License-Identifier: Apache-2.0

/// The scripts that are built into the program: our own, which need nothing of Nmap's.
package enum BuiltInScripts {
    /// All of them, by name.
    package static var all: [EmbeddedScript] {
        [
            EmbeddedScript(
                fileName: "example-connect.nse", categories: ["example", "safe"],
                source: PackageResources.example_connect_nse),
            EmbeddedScript(
                fileName: "example-exceptions.nse", categories: ["example", "safe"],
                source: PackageResources.example_exceptions_nse),
            EmbeddedScript(
                fileName: "example-mutex.nse", categories: ["example", "safe"],
                source: PackageResources.example_mutex_nse),
            EmbeddedScript(
                fileName: "example-registry.nse", categories: ["example", "safe"],
                source: PackageResources.example_registry_nse),
            EmbeddedScript(
                fileName: "sonde-banner.nse", categories: ["discovery", "safe"],
                source: PackageResources.sonde_banner_nse),
            EmbeddedScript(
                fileName: "sonde-dns-version.nse", categories: ["default", "discovery", "safe"],
                source: PackageResources.sonde_dns_version_nse),
            EmbeddedScript(
                fileName: "sonde-ftp-greeting.nse", categories: ["default", "discovery", "safe"],
                source: PackageResources.sonde_ftp_greeting_nse),
            EmbeddedScript(
                fileName: "sonde-http-headers.nse", categories: ["discovery", "safe"],
                source: PackageResources.sonde_http_headers_nse),
            EmbeddedScript(
                fileName: "sonde-http-title.nse", categories: ["default", "discovery", "safe"],
                source: PackageResources.sonde_http_title_nse),
            EmbeddedScript(
                fileName: "sonde-imap-greeting.nse", categories: ["default", "discovery", "safe"],
                source: PackageResources.sonde_imap_greeting_nse),
            EmbeddedScript(
                fileName: "sonde-pop3-greeting.nse", categories: ["default", "discovery", "safe"],
                source: PackageResources.sonde_pop3_greeting_nse),
            EmbeddedScript(
                fileName: "sonde-redis-info.nse", categories: ["default", "discovery", "safe"],
                source: PackageResources.sonde_redis_info_nse),
            EmbeddedScript(
                fileName: "sonde-smtp-greeting.nse", categories: ["default", "discovery", "safe"],
                source: PackageResources.sonde_smtp_greeting_nse),
            EmbeddedScript(
                fileName: "sonde-ssh-algorithms.nse", categories: ["discovery", "safe"],
                source: PackageResources.sonde_ssh_algorithms_nse),
            EmbeddedScript(
                fileName: "sonde-ssh-hostkey.nse", categories: ["default", "discovery", "safe"],
                source: PackageResources.sonde_ssh_hostkey_nse),
            EmbeddedScript(
                fileName: "sonde-tls-cert.nse", categories: ["default", "discovery", "safe"],
                source: PackageResources.sonde_tls_cert_nse),
        ]
    }
}
