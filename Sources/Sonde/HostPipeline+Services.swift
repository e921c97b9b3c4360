// SPDX-License-Identifier: Apache-2.0

internal import SondeDatabase
internal import SondeIO
internal import SondeModel
internal import SondeScan

/// Finding out what listens on open ports.
extension HostPipeline {
    /// Makes the detection, if services are asked for.
    func makeServiceDetection() {
        let plan = session.plan
        guard plan.versions.isWanted, plan.extent == .ports, let file = try? session.files.serviceProbes()
        else { return }
        let matcher = ServiceMatcher(file)
        matcher.onProblem = { [unowned session] text in session.tell(1, "Warning: \(text)") }
        let head = ServiceFingerprint.Head(
            version: SondeVersion.current,
            platform: Self.platform,
            intensity: plan.versions.intensity,
            time: Int(WallTime.now),
            isLong: plan.debugging > 0
        )
        var settings = ServiceDetection.Settings(head: head, timing: plan.timing.template)
        settings.options = connectOptions
        settings.excludes = { [unowned session] in session.facts.isExcluded($0) }
        settings.tableName = { [unowned session] in session.facts.serviceName(of: $0) }
        settings.tell = { [unowned session] level, text in session.tell(level, text) }
        if plan.versions.isTraced { settings.trace = { [unowned session] in session.tell(0, $0) } }
        services = ServiceDetection(session.network, matcher, settings) { [unowned self] active in
            advance(active, after: .services)
        }
        if let services { phases.watch(services.progress) }
    }

    /// Finds out what listens on open ports.
    func detectServices(of active: ActiveHost) {
        guard let services, !active.host.ports.isEmpty else {
            advance(active, after: .services)
            return
        }
        services.add(active, timeLimit: timeLeft(of: active))
    }

    /// The kind of machine that this runs on, as fingerprints name it.
    private static var platform: String {
        #if arch(x86_64)
        let machine = "x86_64"
        #elseif arch(arm64)
        let machine = "aarch64"
        #else
        let machine = "unknown"
        #endif
        #if os(Linux)
        return machine + "-pc-linux-gnu"
        #else
        return machine + "-unknown-unknown"
        #endif
    }
}

extension ScanSession {
    /// Reads the probes, if services are asked for, and which ports they leave alone.
    func prepareServices() throws(ScanError) {
        guard plan.versions.isWanted, plan.extent == .ports else { return }
        let file = try files.serviceProbes()
        guard let exclusion = file.exclusion, !plan.versions.ignoresExclusions else { return }
        do throws(PortSpecificationError) {
            let transports: Set<TransportProtocol> = [.tcp, .udp, .sctp]
            let list = try PortSpecification(parsing: exclusion, for: transports, names: files.portNames)
            for transport in transports { facts.excludedPorts[transport] = list.set(transport) }
        } catch {
            throw ScanError(.failure, "-sV: the excluded ports of \(file.name): \(error)")
        }
    }

    /// Refuses a file of service names that the user named and that cannot be read.
    func checkServicesFile() throws(ScanError) {
        guard let path = plan.files.services else { return }
        do throws(FileError) {
            _ = try FileReader.contents(of: path)
        } catch {
            throw ScanError(.failure, "--servicedb: \(error)")
        }
    }

    /// Tells a person something from a level of `-v` on.
    func tell(_ level: Int, _ text: String) {
        guard plan.verbosity >= level else { return }
        onEvent(.diagnostic(Diagnostic(.terminal, text)))
    }
}
