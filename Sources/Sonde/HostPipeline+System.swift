// SPDX-License-Identifier: Apache-2.0

internal import SondeDatabase
internal import SondeIO
internal import SondeModel
internal import SondeScan

/// Finding out which operating system a host runs.
extension HostPipeline {
    /// Makes the detection, if operating systems are asked for.
    func makeSystemDetection() {
        let plan = session.plan
        guard plan.system.isWanted, plan.extent == .ports, !plan.techniques.contains(.ipProtocol) else {
            return
        }
        var settings = OSDetection.Settings(timing: plan.timing.template)
        settings.mostRounds = plan.system.mostRounds
        settings.onlyPromising = plan.system.onlyPromising
        settings.isGuessing = plan.system.isGuessing
        settings.hasScannedUDP = plan.techniques.contains(.udp)
        settings.timeToLive = plan.packets.timeToLive
        settings.interface = plan.packets.interface
        settings.verbosity = plan.verbosity
        settings.debugging = plan.debugging
        settings.version = SondeVersion.current
        settings.seed = plan.seed ?? .random(in: .min ... .max)
        systems = OSDetection(
            session.network,
            settings,
            database: { [unowned session] in session.files.systems },
            onMessage: { [unowned session] in session.onEvent(.diagnostic($0)) }
        )
    }

    /// Finds out which operating system a host runs.
    func detectSystem(of active: ActiveHost) {
        guard let systems, !active.host.ports.isEmpty else {
            advance(active, after: .system)
            return
        }
        systems.add(active, timeLimit: timeLeft(of: active)) { [weak self] in
            self?.advance(active, after: .system)
        }
    }
}

extension ScanSession {
    /// Says what prevents the detection of operating systems that was asked for.
    func prepareSystems() throws(ScanError) {
        guard plan.system.isWanted, plan.extent == .ports else { return }
        guard !plan.techniques.contains(.ipProtocol) else {
            warn("-O: operating systems are not looked for in an IP protocol scan")
            return
        }
        guard Privileges.mayUseRawPackets(typed: plan.isPrivileged) else {
            throw ScanError(
                .usage,
                "-O: TCP/IP fingerprinting needs raw packets, which this user may not send; run as root"
            )
        }
        guard files.directory.locate("nmap-os-db") != nil else {
            throw ScanError(
                .failure,
                "-O needs nmap-os-db; install Nmap's data files, or name their place with --datadir"
            )
        }
    }
}
