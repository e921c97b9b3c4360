// SPDX-License-Identifier: Apache-2.0

/// A script's structured output: a string of octets, or an ordered table.
public indirect enum ScriptValue: Hashable, Sendable {
    /// One field of a table.
    public struct Field: Hashable, Sendable {
        /// The field's name; nothing for a list element.
        public let key: [UInt8]?
        /// The field's value.
        public let value: ScriptValue

        /// Makes a field.
        public init(key: [UInt8]?, value: ScriptValue) {
            self.key = key
            self.value = value
        }
    }

    /// Text, as octets of no particular encoding.
    case text([UInt8])
    /// Fields in order: list elements first, then named ones.
    case table([Field])
}

/// What one run of a script against one host or port gave.
public struct ScriptResult: Hashable, Sendable {
    /// How the run ended.
    public enum Ending: String, Hashable, Sendable {
        /// The action returned a result.
        case ok
        /// The script failed with an error.
        case error
        /// The script was stopped by its time limit, for wall or processor time.
        case timeout
        /// The script was stopped by its memory limit.
        case memory
        /// Something that the script needed was refused to it.
        case denied
        /// The script was stopped with its host, or with the scan.
        case cancelled
    }

    /// The script's output id, as `http-title`.
    public let id: String
    /// How the run ended.
    public let ending: Ending
    /// The text output, as octets of no particular encoding.
    public let output: [UInt8]
    /// The structured output, if the script gave any.
    public let structured: ScriptValue?

    /// Makes a result.
    public init(id: String, ending: Ending = .ok, output: [UInt8], structured: ScriptValue? = nil) {
        self.id = id
        self.ending = ending
        self.output = output
        self.structured = structured
    }
}
