// SPDX-License-Identifier: Apache-2.0

internal import Sonde
internal import SondeModel

extension OptionsResolver {
    /// The template, and what explicit flags put over it.
    mutating func resolveTiming() throws(UsageError) {
        let typed = flags.timing
        var timing = TimingRequest()
        if let text = typed.template {
            timing.template = TimingTemplate(level: try ValueParsing.timingLevel(text))
        }
        try resolveTimeouts(&timing.template)
        try resolveDelays(&timing)
        try resolveGroups(&timing)
        try resolveParallelism(&timing.template)
        try resolveRates(&timing.template)
        if let text = typed.maximumRetries {
            timing.template.maximumRetries = try ValueParsing.integer(
                text,
                .maximumRetries,
                in: 0...Int(Int32.max)
            )
        }
        timing.ignoresResetLimits = typed.ignoresResetLimits || flags.output.showsOnlyOpen
        timing.ignoresErrorLimits = typed.ignoresErrorLimits
        if let text = typed.statusInterval {
            let interval = try ValueParsing.time(text, .statusInterval)
            guard interval > .zero else {
                throw .value("--stats-every \(shown(text)): give a time above 0, as 10s")
            }
            timing.statusInterval = interval
        }
        request.plan.timing = timing
    }

    /// Round-trip bounds; one that is set pulls the others along, so that least ≤ first ≤ most.
    private mutating func resolveTimeouts(_ template: inout TimingTemplate) throws(UsageError) {
        let typed = flags.timing
        if let text = typed.initialRTT {
            let span = try positiveTime(text, .initialRTT)
            template.initialRTTTimeout = span
            template.minimumRTTTimeout = min(template.minimumRTTTimeout, span)
            template.maximumRTTTimeout = max(template.maximumRTTTimeout, span)
        }
        if let text = typed.minimumRTT {
            let span = try ValueParsing.time(text, .minimumRTT, guard: .from(50))
            template.minimumRTTTimeout = span
            template.initialRTTTimeout = max(template.initialRTTTimeout, span)
            template.maximumRTTTimeout = max(template.maximumRTTTimeout, span)
        }
        if let text = typed.maximumRTT {
            let span = try ValueParsing.time(text, .maximumRTT, guard: .from(50))
            guard span >= .milliseconds(5) else {
                throw .value("--max-rtt-timeout \(shown(text)): give at least 5ms")
            }
            if span < .milliseconds(20) {
                note("--max-rtt-timeout \(shown(text)) is very short: answers may come too late")
            }
            template.maximumRTTTimeout = span
            template.initialRTTTimeout = min(template.initialRTTTimeout, span)
            template.minimumRTTTimeout = min(template.minimumRTTTimeout, span)
        }
    }

    private func positiveTime(_ text: String, _ flag: FlagDeclaration) throws(UsageError) -> TimeSpan {
        let span = try ValueParsing.time(text, flag, guard: .from(50))
        guard span > .zero else { throw .value("\(flag.name) \(shown(text)): give a time above 0") }
        return span
    }

    private mutating func resolveDelays(_ timing: inout TimingRequest) throws(UsageError) {
        let typed = flags.timing
        if let text = typed.hostTimeout {
            let span = try ValueParsing.time(text, .hostTimeout, guard: .from(10000))
            timing.template.hostTimeout = span == .zero ? nil : span
        }
        if let text = flags.scripts.timeout {
            let span = try ValueParsing.time(text, .scriptTimeout)
            timing.template.scriptTimeout = span == .zero ? nil : span
        }
        if let text = typed.maximumScanDelay {
            timing.maximumScanDelay = try ValueParsing.time(text, .maximumScanDelay, guard: .from(100))
        }
        guard let text = typed.scanDelay else { return }
        let delay = try ValueParsing.time(text, .scanDelay, guard: .from(100))
        timing.template.scanDelay = delay
        if let most = timing.maximumScanDelay { timing.maximumScanDelay = max(most, delay) }
        if typed.minimumParallelism != nil || typed.maximumParallelism != nil {
            note("--min-parallelism and --max-parallelism are ignored with --scan-delay")
        }
    }

    private func resolveGroups(_ timing: inout TimingRequest) throws(UsageError) {
        let sizes = 1...Int(Int32.max)
        if let text = flags.timing.minimumHostGroup {
            timing.minimumHostGroup = try ValueParsing.integer(text, .minimumHostGroup, in: sizes)
            timing.maximumHostGroup = max(timing.maximumHostGroup, timing.minimumHostGroup)
        }
        guard let text = flags.timing.maximumHostGroup else { return }
        timing.maximumHostGroup = try ValueParsing.integer(text, .maximumHostGroup, in: sizes)
        guard timing.minimumHostGroup <= timing.maximumHostGroup else {
            throw .value(
                "--min-hostgroup \(timing.minimumHostGroup) is greater than --max-hostgroup \(shown(text))"
            )
        }
    }

    private func resolveParallelism(_ template: inout TimingTemplate) throws(UsageError) {
        let sizes = 1...Int(Int32.max)
        if let text = flags.timing.minimumParallelism {
            template.minimumParallelism = try ValueParsing.integer(text, .minimumParallelism, in: sizes)
        }
        if let text = flags.timing.maximumParallelism {
            template.maximumParallelism = try ValueParsing.integer(text, .maximumParallelism, in: sizes)
            if let least = template.minimumParallelism, let most = template.maximumParallelism, least > most {
                throw .value("--min-parallelism \(least) is greater than --max-parallelism \(shown(text))")
            }
        } else if let least = template.minimumParallelism, let most = template.maximumParallelism {
            // The template's own limit (T0 to T2) must not lie below what was asked for.
            template.maximumParallelism = max(least, most)
        }
    }

    private func resolveRates(_ template: inout TimingTemplate) throws(UsageError) {
        if let text = flags.timing.minimumRate {
            template.minimumRate = try ValueParsing.rate(text, .minimumRate)
        }
        guard let text = flags.timing.maximumRate else { return }
        let most = try ValueParsing.rate(text, .maximumRate)
        template.maximumRate = most
        if let least = template.minimumRate, least > most {
            throw .value(
                "--min-rate \(shown(flags.timing.minimumRate ?? "")) is greater than --max-rate \(shown(text))"
            )
        }
    }
}
