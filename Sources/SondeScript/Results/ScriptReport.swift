// SPDX-License-Identifier: Apache-2.0

internal import SondeLua
internal import SondeModel

/// Takes what an action returned, once the prelude has made plain text and tables of it.
extension ScriptEngine {
    /// `report(text, structured)`.
    func report(_ frame: borrowing CallFrame) throws(HostError) -> HostReturn {
        guard let thread = current, !thread.isWorker else { return .nothing }
        let text = try frame.string(at: 1)
        let structured = frame.count >= 2 ? scriptValue(frame, at: 2, depth: 0) : nil
        if text.isEmpty {
            emit(.diagnostic(Diagnostic(.report, "Bug in \(thread.script.id): no string output.")))
        }
        record(ScriptResult(id: thread.script.id, output: text, structured: structured), of: thread)
        return .nothing
    }

    /// Reads a plain value: a string, or a list of key (or false) and value in turn.
    private func scriptValue(_ frame: borrowing CallFrame, at index: Int, depth: Int) -> ScriptValue {
        guard frame.type(at: index) == .table, depth < 200 else {
            return .text(frame.convertedOctets(at: index) ?? [])
        }
        let count = frame.rawLength(at: index) / 2
        var fields: [ScriptValue.Field] = []
        fields.reserveCapacity(count)
        frame.reserve(8)
        for number in 0..<count {
            frame.pushElement(number * 2 + 1, of: index)
            frame.pushElement(number * 2 + 2, of: index)
            let top = frame.count
            let key = frame.octets(at: top - 1)
            fields.append(ScriptValue.Field(key: key, value: scriptValue(frame, at: top, depth: depth + 1)))
            frame.pop(2)
        }
        return .table(fields)
    }
}
