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
            let stream = try open(path)
            frame.push(next)
            frame.push(stream, as: type)
            return .results(2)
        }
        try NativeModules.withTable("lfs", in: state) { frame in
            let module = frame.count
            frame.setField("dir", dir)
            frame.setField("mkdir", state.function("lfs.mkdir", makeDirectory))
            frame.setField("rmdir", state.function("lfs.rmdir", removeDirectory))
            frame.setField("link", state.function("lfs.link", makeLink))
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

    private static func open(_ path: [UInt8]) throws(HostError) -> DirectoryStream {
        do throws(SystemFailure) {
            return try DirectoryStream(path: SystemPath(path))
        } catch {
            throw .message("cannot open \(String(decoding: path, as: UTF8.self)): \(error.text)")
        }
    }

    private static func makeDirectory(_ frame: borrowing CallFrame) throws(HostError) -> HostReturn {
        let path = SystemPath(try frame.string(at: 1))
        return pushOutcome(on: frame, withNumber: false) { () throws(SystemFailure) in
            try unsafe path.lend { unsafe mkdir($0, 0o775) == 0 ? true : nil }
        }
    }

    private static func removeDirectory(_ frame: borrowing CallFrame) throws(HostError) -> HostReturn {
        let path = SystemPath(try frame.string(at: 1))
        return pushOutcome(on: frame, withNumber: false) { () throws(SystemFailure) in
            try unsafe path.lend { unsafe rmdir($0) == 0 ? true : nil }
        }
    }

    private static func makeLink(_ frame: borrowing CallFrame) throws(HostError) -> HostReturn {
        let old = SystemPath(try frame.string(at: 1))
        let new = SystemPath(try frame.string(at: 2))
        let isSymbolic = frame.isTruthy(at: 3)
        return pushOutcome(on: frame, withNumber: true) { () throws(SystemFailure) in
            try unsafe old.lend { old in
                // The outer call reads errno, which nothing in between changes.
                try? unsafe new.lend { new in
                    unsafe (isSymbolic ? symlink(old, new) : link(old, new)) == 0 ? true : nil
                }
            }
        }
    }

    private static func separator(_ frame: borrowing CallFrame) throws(HostError) -> HostReturn {
        frame.push("/")
        return .results(1)
    }

    /// Pushes true, or nil and why a call of the system failed.
    private static func pushOutcome(
        on frame: borrowing CallFrame,
        withNumber: Bool,
        _ call: () throws(SystemFailure) -> Bool
    ) -> HostReturn {
        do throws(SystemFailure) {
            frame.push(try call())
            return .results(1)
        } catch {
            frame.pushNil()
            frame.push(error.text)
            guard withNumber else { return .results(2) }
            frame.push(Int(error.number))
            return .results(3)
        }
    }
}
