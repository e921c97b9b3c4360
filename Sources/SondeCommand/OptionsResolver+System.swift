// SPDX-License-Identifier: Apache-2.0

internal import Sonde

extension OptionsResolver {
    /// What is asked about operating systems.
    mutating func resolveSystem() throws(UsageError) {
        let typed = flags.services
        var system = SystemRequest()
        let evasion = flags.evasion
        let isPrivileged = evasion.isPrivileged || (environment.isRoot && !evasion.isUnprivileged)
        let isImplied = typed.isAggressive && isPrivileged && request.plan.extent == .ports
        system.isWanted = typed.findsSystems || isImplied
        system.onlyPromising = typed.limitsSystems
        system.isGuessing = typed.guessesSystems
        if let text = typed.systemTries {
            system.mostRounds = try ValueParsing.integer(text, .osTries, in: 1...50)
        }
        if typed.findsSystems, request.plan.extent != .ports {
            throw .value("-O needs a port scan; leave out -sn or -sL")
        }
        request.plan.system = system
    }
}
