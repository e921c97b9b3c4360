// SPDX-License-Identifier: Apache-2.0

internal import SondeLua
internal import SondeModel

/// What scripts are told of a host's operating system (spec page `os-detection`, section 10).
extension ScriptEngine {
    /// Sets `os` and `os_fp` of the host table on top of the stack; neither if no system was looked for.
    ///
    /// `os` names only systems that fit in every point, eight at most, and is absent without one. As in the
    /// reference, each has the kinds of all of them.
    func pushSystems(_ frame: borrowing CallFrame, _ host: Host) {
        guard let result = host.os, let fingerprint = OSFingerprintText(host, isGood: false) else { return }
        frame.setField("os_fp", fingerprint.plain)
        let matches = result.perfectMatches
        guard result.verdict == .matches, (1...OSResult.mostPerfectMatches).contains(matches.count) else {
            return
        }
        let kinds = OSClassification(result).entries.map(\.osClass)
        frame.pushTable(elements: matches.count)
        for (index, match) in matches.enumerated() {
            frame.pushTable(fields: 2)
            frame.setField("name", match.name)
            frame.pushTable(elements: kinds.count)
            for (place, kind) in kinds.enumerated() {
                push(kind, frame)
                frame.setElement(place + 1)
            }
            frame.setField("classes")
            if let prelude {
                frame.push(prelude.systemMetatable)
                frame.setMetatable()
            }
            frame.setElement(index + 1)
        }
        frame.setField("os")
    }

    private func push(_ kind: OSClass, _ frame: borrowing CallFrame) {
        frame.pushTable(fields: 5)
        frame.setField("vendor", kind.vendor)
        frame.setField("osfamily", kind.family)
        frame.setField("osgen", kind.generation)
        frame.setField("type", kind.type)
        frame.pushTable(elements: kind.cpes.count)
        for (place, cpe) in kind.cpes.enumerated() {
            frame.push(cpe)
            frame.setElement(place + 1)
        }
        frame.setField("cpe")
    }
}
