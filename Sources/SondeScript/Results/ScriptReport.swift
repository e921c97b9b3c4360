// SPDX-License-Identifier: Apache-2.0

internal import SondeLua
internal import SondeModel

/// Takes what an action returned, once the prelude has made plain text and tables of it.
extension ScriptEngine {
    /// `report(text, structured)`.
    func report(_ frame: borrowing CallFrame) throws(HostError) -> HostReturn {
        guard let thread = current, !thread.isWorker else { return .nothing }
        var room = settings.limits.output
        let text = try shortened(frame, at: 1, &room)
        room = settings.limits.output
        let structured = frame.count >= 2 ? scriptValue(frame, at: 2, depth: 0, &room) : nil
        if text.isEmpty {
            emit(.diagnostic(Diagnostic(.report, "Bug in \(thread.script.id): no string output.")))
        }
        record(ScriptResult(id: thread.script.id, output: text, structured: structured), of: thread)
        return .nothing
    }

    /// A text as far as there is room for it.
    private func shortened(
        _ frame: borrowing CallFrame,
        at index: Int,
        _ room: inout Int
    ) throws(HostError) -> [UInt8] {
        guard frame.type(at: index) == .string else { return try frame.string(at: index) }
        let length = frame.rawLength(at: index)
        let most = max(0, min(length, room))
        room -= most
        // The octets are copied while the string is on the stack.
        var octets = unsafe frame.withOctets(at: index) { bytes in unsafe [UInt8](bytes.prefix(most)) } ?? []
        if most < length {
            octets += Array("\n(cut: \(length - most) octets more, see --script-max-output)".utf8)
        }
        return octets
    }

    /// Reads a plain value: a string, or a list of key (or false) and value in turn.
    private func scriptValue(
        _ frame: borrowing CallFrame,
        at index: Int,
        depth: Int,
        _ room: inout Int
    ) -> ScriptValue {
        guard frame.type(at: index) == .table, depth < 200 else {
            return .text((try? shortened(frame, at: index, &room)) ?? [])
        }
        let count = frame.rawLength(at: index) / 2
        var fields: [ScriptValue.Field] = []
        frame.reserve(8)
        for number in 0..<count {
            // A field costs a little beyond its text.
            room -= Self.fieldCost
            guard room > 0 else { break }
            frame.pushElement(number * 2 + 1, of: index)
            frame.pushElement(number * 2 + 2, of: index)
            let top = frame.count
            let key = frame.octets(at: top - 1)
            room -= key?.count ?? 0
            let value = scriptValue(frame, at: top, depth: depth + 1, &room)
            fields.append(ScriptValue.Field(key: key, value: value))
            frame.pop(2)
        }
        return .table(fields)
    }

    private static let fieldCost = 16
}
