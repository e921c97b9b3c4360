// SPDX-License-Identifier: Apache-2.0

internal import SondeIO
internal import SondeLua
internal import SondeModel

/// What the prelude asks of the engine to keep scripts in their sandbox.
extension ScriptEngine {
    func installSandbox(_ frame: borrowing CallFrame) {
        frame.pushSandboxLibrary()
        frame.setField("sandbox")
        add(frame, "file_place") { [self] (frame) throws(HostError) in try filePlace(frame) }
        add(frame, "refuse") { [self] (frame) throws(HostError) in
            let capability = try frame.text(at: 1)
            refuse(capability, try frame.text(at: 2), remedy: "--allow \(capability)")
            return .nothing
        }
        add(frame, "permits") { [self] (frame) throws(HostError) in
            frame.push(permits(try frame.text(at: 1)))
            return .results(1)
        }
        add(frame, "file_limit") { [self] frame in
            frame.push(settings.limits.files)
            return .results(1)
        }
        add(frame, "instance") { [self] frame in
            frame.push(current?.account.number ?? 0)
            return .results(1)
        }
        add(frame, "show") { [self] (frame) throws(HostError) in
            let octets = try frame.string(at: 1)
            let text = String(decoding: octets.prefix(Self.longestShown), as: UTF8.self)
            emit(.diagnostic(Diagnostic(frame.isTruthy(at: 2) ? .standardError : .terminal, text)))
            return .nothing
        }
        add(frame, "output_limit") { [self] frame in
            frame.push(settings.limits.output)
            return .results(1)
        }
    }

    private static let longestShown = 65_536

    private func permits(_ capability: String) -> Bool {
        guard let sandbox = settings.sandbox else { return true }
        return switch capability {
        case "exec": sandbox.permissions.contains(.exec)
        case "native": sandbox.permissions.contains(.native)
        case "debug": sandbox.permissions.contains(.debug)
        case "env": sandbox.permissions.contains(.env)
        default: false
        }
    }

    private func refuse(_ capability: String, _ subject: String, remedy: String) {
        current?.account.deny("\(capability): \(subject.prefix(200))", remedy: remedy)
    }

    /// `file_place(path, use)`: the path to use, or nil and why not.
    private func filePlace(_ frame: borrowing CallFrame) throws(HostError) -> HostReturn {
        let path = try frame.text(at: 1)
        let use: ScriptSandbox.Use = try frame.option(at: 2)
        switch place(of: path, for: use) {
        case .success(let place):
            frame.push(place)
            return .results(1)
        case .failure(let refusal):
            frame.pushNil()
            frame.push(refusal.description)
            return .results(2)
        }
    }

    /// Where a path leads, or why a script may not use it, which is noted in its record.
    func place(of path: String, for use: ScriptSandbox.Use) -> Result<String, FileRefusal> {
        guard let sandbox = settings.sandbox else { return .success(path) }
        let own = current.map(\.script.path).flatMap(Self.directory)
        if let place = sandbox.place(of: path, for: use, ownDirectory: own) { return .success(place) }
        let refusal = FileRefusal(path: path, use: use)
        refuse(use.rawValue, path, remedy: refusal.remedy)
        return .failure(refusal)
    }

    private static func directory(_ path: String) -> String? {
        guard !path.hasPrefix("built-in/") else { return nil }
        guard let slash = path.lastIndex(of: "/") else { return "." }
        return slash == path.startIndex ? "/" : String(path[..<slash])
    }
}

/// A file that a script may not use.
package struct FileRefusal: Error, Hashable, Sendable, CustomStringConvertible {
    let path: String
    let use: ScriptSandbox.Use

    /// What would allow it.
    var remedy: String {
        guard let slash = path.lastIndex(of: "/") else { return "--allow \(use.rawValue)=." }
        return "--allow \(use.rawValue)=\(slash == path.startIndex ? "/" : path[..<slash])"
    }

    /// The words that the script gets.
    package var description: String { "\(path): not allowed: \(use.rawValue) (\(remedy))" }
}
