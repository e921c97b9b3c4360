// SPDX-License-Identifier: Apache-2.0

internal import SondeIO
internal import SondeModel
internal import SondeScript

/// Finds out what scripts may touch on this machine.
extension ScanSession {
    /// The sandbox of scripts; nothing where the user wants none.
    func makeSandbox(_ arguments: ScriptArguments) -> ScriptSandbox? {
        guard !plan.containment.isOff else { return nil }
        var sandbox = ScriptSandbox()
        for directory in files.directory.places.directories {
            // The directory of the program holds more than data.
            guard directory == files.directory.places.executableDirectory else {
                sandbox.allowReading(directory)
                continue
            }
            for part in ["nselib", "scripts"] { sandbox.allowReading("\(directory)/\(part)") }
        }
        for file in files.directory.places.overrides.values { sandbox.allowReading(file) }
        for permission in plan.containment.permissions {
            switch permission {
            case .exec: sandbox.permissions.insert(.exec)
            case .native: sandbox.permissions.insert(.native)
            case .debug: sandbox.permissions.insert(.debug)
            case .env: sandbox.permissions.insert(.env)
            case .read(let directory): sandbox.allowReading(directory)
            case .write(let directory): sandbox.allowWriting(directory)
            }
        }
        ScriptArgument.table(arguments.fields).forEachText { octets in
            let text = String(decoding: octets, as: UTF8.self)
            // A typed URL is no path, whatever directories happen to exist.
            if !text.contains("://"), !text.contains("\n") { sandbox.allowWriting(text) }
        }
        return sandbox
    }
}

extension ScanSession {
    /// Has the kernel hold the sandbox too, where that is wanted.
    func confineProcess(_ sandbox: ScriptSandbox?) {
        guard plan.scripts.isWanted || plan.versions.isWanted else { return }
        guard let sandbox else {
            sandboxLayers = []
            return
        }
        sandboxLayers = ["API"]
        guard plan.containment.confinesProcess else { return }
        var kernel = KernelSandbox()
        let opensMore = sandbox.permissions.contains(.exec) || sandbox.permissions.contains(.native)
        kernel.startsPrograms = opensMore
        kernel.readable = sandbox.readable + files.directory.places.directories + scriptDirectories()
        kernel.writable =
            sandbox.writable + sandbox.writable.map(Self.parent) + plan.containment.outputDirectories
        kernel.enter()
        let layers = ["API"] + kernel.active
        sandboxLayers = layers
        guard plan.verbosity > 0 else { return }
        onEvent(.diagnostic(Diagnostic(.terminal, "NSE: Sandbox: \(layers.joined(separator: ", ")).")))
    }

    /// The directories of scripts that were named by their paths.
    private func scriptDirectories() -> [String] {
        plan.scripts.rules.map { $0.hasPrefix("+") ? String($0.dropFirst()) : $0 }
            .filter { $0.contains("/") || $0.hasSuffix(".nse") }
            .map { $0.hasSuffix("/") ? $0 : Self.parent($0) }
    }

    private static func parent(_ path: String) -> String {
        guard let slash = path.lastIndex(of: "/") else { return "." }
        return slash == path.startIndex ? "/" : String(path[..<slash])
    }
}

extension ScriptArgument {
    /// Calls a closure with every value in the tree.
    fileprivate func forEachText(_ body: ([UInt8]) -> Void) {
        switch self {
        case .text(let octets): body(octets)
        case .table(let fields): for field in fields { field.value.forEachText(body) }
        }
    }
}
