// SPDX-License-Identifier: Apache-2.0

internal import Glibc
package import SondeLua

/// The `lfs` module: the part of LuaFileSystem 1.5 that scripts are offered.
package enum FilesystemModule {
    /// Makes `lfs` global and loadable.
    package static func install(in state: LuaState) throws(LuaError) {
        var methods: LuaReference?
        let type = try state.type("directory metatable", of: DirectoryStream.self) { frame in
            frame.setField("__name", "directory metatable")
            frame.pushField("__index", of: -1)
            methods = LuaReference(popping: frame)
        }
        guard let methods else { throw LuaError(kind: .memory, message: []) }
        let next = state.function("next") { frame throws(HostError) in
            let stream = try frame.object(at: 1, as: type)
            guard stream.isOpen else { throw .argument(1, "closed directory") }
            guard let name = stream.next() else { return .nothing }
            frame.push(name)
            return .results(1)
        }
        let close = state.function("close") { frame throws(HostError) in
            try frame.object(at: 1, as: type).close()
            return .nothing
        }
        let dir = state.function("lfs.dir") { frame throws(HostError) in
            let path = try frame.string(at: 1)
            guard let stream = DirectoryStream(path: path) else {
                throw .message("cannot open \(String(decoding: path, as: UTF8.self)): \(lastError().text)")
            }
            frame.push(next)
            frame.push(stream, as: type)
            return .results(2)
        }
        try NativeModules.withTable("lfs", in: state) { frame in
            let module = frame.count
            frame.setField("dir", dir)
            frame.setField("mkdir", state.function("lfs.mkdir", makeDirectory))
            frame.setField("rmdir", state.function("lfs.rmdir", removeDirectory))
            frame.setField("link", state.function("lfs.link", link))
            frame.setField("get_path_separator", state.function("lfs.get_path_separator", separator))
            frame.setField("_VERSION", "LuaFileSystem 1.5.0")
            frame.setField("_DESCRIPTION", "File system functions for scripts")
            frame.setField("_COPYRIGHT", "The authors of Sonde")
            frame.push(methods)
            frame.setField("next", next)
            frame.setField("close", close)
            frame.setCount(module)
        }
    }

    private static func makeDirectory(_ frame: borrowing CallFrame) throws(HostError) -> HostReturn {
        let path = SystemPath(try frame.string(at: 1))
        let status = unsafe path.withPointer { unsafe mkdir($0, 0o775) }
        return pushOutcome(status, on: frame, withNumber: false)
    }

    private static func removeDirectory(_ frame: borrowing CallFrame) throws(HostError) -> HostReturn {
        let path = SystemPath(try frame.string(at: 1))
        let status = unsafe path.withPointer { unsafe rmdir($0) }
        return pushOutcome(status, on: frame, withNumber: false)
    }

    private static func link(_ frame: borrowing CallFrame) throws(HostError) -> HostReturn {
        let old = SystemPath(try frame.string(at: 1))
        let new = SystemPath(try frame.string(at: 2))
        let isSymbolic = frame.isTruthy(at: 3)
        let status = unsafe old.withPointer { old in
            unsafe new.withPointer { new in
                unsafe isSymbolic ? Glibc.symlink(old, new) : Glibc.link(old, new)
            }
        }
        return pushOutcome(status ?? nil, on: frame, withNumber: true)
    }

    private static func separator(_ frame: borrowing CallFrame) throws(HostError) -> HostReturn {
        frame.push("/")
        return .results(1)
    }

    /// Pushes true, or nil and why a system call failed.
    private static func pushOutcome(
        _ status: CInt?,
        on frame: borrowing CallFrame,
        withNumber: Bool
    ) -> HostReturn {
        guard status != 0 else {
            frame.push(true)
            return .results(1)
        }
        let (number, text) = lastError()
        frame.pushNil()
        frame.push(text)
        guard withNumber else { return .results(2) }
        frame.push(number)
        return .results(3)
    }

    /// The system's last error of this thread.
    private static func lastError() -> (number: Int, text: String) {
        let number = errno
        // The text belongs to the thread and is copied before any other call.
        let text = unsafe strerror(number).map { unsafe String(cString: $0) }
        return (Int(number), text ?? "Unknown error \(number)")
    }
}
