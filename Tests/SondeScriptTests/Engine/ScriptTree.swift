// SPDX-License-Identifier: Apache-2.0

import Glibc
import Testing

/// A tree of scripts and libraries for one test, with the least `stdnse` and `strict` that the engine needs.
final class ScriptTree {
    let path: String
    private var made: [String] = []

    init(scripts: [String: String], libraries: [String: String] = [:]) throws {
        var template = Array("/tmp/sonde-tree-XXXXXX".utf8CString)
        try #require(unsafe mkdtemp(&template) != nil)
        path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
        try write("nselib/stdnse.lua", "local m = {} m.sleep = require 'nmap'.socket.sleep return m")
        try write("nselib/strict.lua", "return function(environment) return environment end")
        for (name, text) in libraries { try write("nselib/\(name).lua", text) }
        for (name, text) in scripts { try write("scripts/\(name).nse", text) }
        let entries = scripts.keys.sorted().map {
            "Entry { filename = \"\($0).nse\", categories = { \"safe\" } }"
        }
        try write("scripts/script.db", entries.joined(separator: "\n"))
    }

    deinit {
        for file in made { _ = unsafe unlink(file) }
        for folder in ["nselib", "scripts"] { _ = unsafe rmdir("\(path)/\(folder)") }
        _ = unsafe rmdir(path)
    }

    /// Writes a file and the folder it is in.
    func write(_ name: String, _ text: String) throws {
        if let slash = name.lastIndex(of: "/") { _ = unsafe mkdir("\(path)/\(name[..<slash])", 0o700) }
        let file = "\(path)/\(name)"
        let descriptor = unsafe open(file, O_WRONLY | O_CREAT | O_TRUNC, 0o600)
        try #require(descriptor >= 0)
        defer { close(descriptor) }
        let octets = Array(text.utf8)
        try #require(unsafe Glibc.write(descriptor, octets, octets.count) == octets.count)
        made.append(file)
    }
}
