// SPDX-License-Identifier: Apache-2.0

internal import SondeLua

/// What scripts hold as a zlib stream.
final class ZlibStream {
    /// What the stream does.
    enum Mode {
        /// Nothing any more.
        case closed
        /// Reads and decompresses.
        case reading(ZlibReader)
        /// Compresses and writes.
        case writing(Deflater, ZlibEnd)
    }

    /// What the stream does now.
    var mode: Mode
    /// Whether a call is under way: the script's own function, called by it, must not use the stream.
    var isBusy = false

    init(_ mode: Mode) { self.mode = mode }
}

/// What a stream reads from or writes to: a script's function, or an object with methods.
///
/// The reference keeps the value alive as long as the stream. A value that holds its own stream is thus
/// collected only with the whole state.
struct ZlibEnd {
    /// How the value is used.
    enum Kind {
        case function, object, peekableObject
    }

    let kind: Kind
    let value: LuaReference

    /// Calls the function, or a method of the object, protected; the results replace what was pushed.
    ///
    /// - Parameters:
    ///   - method: the method's name, for objects.
    ///   - results: how many results stay on the stack.
    ///   - frame: the stack.
    ///   - argument: pushes the one argument.
    /// - Throws: what the call raised, as it was raised.
    func call(
        _ method: StaticString,
        results: Int,
        on frame: borrowing CallFrame,
        _ argument: (borrowing CallFrame) -> Void
    ) throws(HostError) {
        frame.push(value)
        var arguments = 1
        if kind != .function {
            let object = frame.count
            frame.pushField(method, of: object)
            frame.pushCopy(of: object)
            arguments = 2
        }
        argument(frame)
        guard frame.attempt(arguments: arguments, results: results) else { throw .top }
    }

    /// How many values a call leaves below its results.
    var residue: Int { kind == .function ? 0 : 1 }
}
