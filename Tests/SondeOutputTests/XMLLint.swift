// SPDX-License-Identifier: Apache-2.0

import Foundation

/// An XML parser that is not ours.
enum XMLLint {
    static let path = "/usr/bin/xmllint"
    /// Where distributions put the document type of Nmap's reports.
    static let dtd = "/usr/share/nmap/nmap.dtd"
    static let isInstalled = FileManager.default.isExecutableFile(atPath: path)
    static let hasDTD = FileManager.default.fileExists(atPath: dtd)

    /// What the parser complains about; empty if nothing.
    static func check(_ document: String, _ flags: String = "") throws -> String {
        try run(document, "--noout \(flags)")
    }

    /// What the parser prints for a path into the document.
    static func evaluate(_ document: String, _ xpath: String) throws -> String {
        try run(document, "--xpath \"\(xpath)\"")
    }

    private static func run(_ document: String, _ flags: String) throws -> String {
        let process = Process()
        let input = Pipe()
        let output = Pipe()
        process.executableURL = URL(fileURLWithPath: "/bin/sh")
        process.arguments = ["-c", "exec '\(path)' --nonet \(flags) - 2>&1"]
        process.standardInput = input
        process.standardOutput = output
        try process.run()
        try input.fileHandleForWriting.write(contentsOf: Data(document.utf8))
        try input.fileHandleForWriting.close()
        let text = try output.fileHandleForReading.readToEnd() ?? Data()
        process.waitUntilExit()
        return String(decoding: text, as: UTF8.self)
    }
}
