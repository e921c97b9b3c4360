// SPDX-License-Identifier: Apache-2.0

/// What can be wrong with a line of the service probes file.
package enum ServiceProbesProblem: Error, Hashable, Sendable {
    /// The line begins with no known directive.
    case unknownDirective(String)
    /// The directive belongs to a probe, and none has begun.
    case noProbe(String)
    /// A second list of excluded ports, or one behind a probe.
    case misplacedExclude
    /// A probe's protocol, name or text cannot be read.
    case badProbe(String)
    /// A probe's text has an escape that means nothing.
    case badEscape(String)
    /// A second probe without text, or one that is not TCP.
    case badNullProbe(String)
    /// A number is missing, or outside its bounds.
    case badNumber(directive: String, ClosedRange<Int>)
    /// A list of ports makes no sense.
    case badPorts(String)
    /// A fallback names no probe.
    case unknownFallback(String)
    /// More fallbacks than a probe may have.
    case tooManyFallbacks
    /// A match line has no service, pattern or closing delimiter.
    case badMatch(String)
    /// A pattern has a flag other than `i` and `s`.
    case badFlags(String)
    /// What follows the pattern is no version field.
    case badField(String)
}

extension ServiceProbesProblem: CustomStringConvertible {
    /// What is wrong, in words.
    package var description: String {
        switch self {
        case .unknownDirective(let text): "\"\(text)\" is no directive of this file"
        case .noProbe(let text): "\"\(text)\" stands before the first Probe line"
        case .misplacedExclude: "Exclude may stand once, before the first Probe line"
        case .badProbe(let text): "\"\(text)\": write Probe TCP or UDP, a name, and q|text|"
        case .badEscape(let text): "the probe text \"\(text)\" has an unknown escape; use \\xHH"
        case .badNullProbe(let text): "\"\(text)\" has no text, which one TCP probe may have"
        case .badNumber(let directive, let bounds):
            "\(directive) needs a number from \(bounds.lowerBound) to \(bounds.upperBound)"
        case .badPorts(let text): "\"\(text)\" is not a list of ports; write numbers and ranges"
        case .unknownFallback(let text): "the fallback \"\(text)\" is no probe of this file"
        case .tooManyFallbacks: "a probe has at most \(ServiceProbe.mostFallbacks) fallbacks"
        case .badMatch(let text): "\"\(text)\": write a service and m|pattern|"
        case .badFlags(let text): "the pattern's flags \"\(text)\" are not among i and s"
        case .badField(let text): "\"\(text)\" is no version field, such as p/product/ or cpe:/a:b:c/"
        }
    }
}
