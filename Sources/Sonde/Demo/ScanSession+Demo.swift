// SPDX-License-Identifier: Apache-2.0

internal import SondeIO
internal import SondeModel

extension ScanSession {
    /// Makes a session that scans small services of its own on loopback, with the built-in scripts.
    ///
    /// - Parameter scripts: rules that choose among the built-in scripts.
    /// - Returns: the session, not prepared yet; its services end with it.
    /// - Throws: ``ScanError`` where loopback cannot be used.
    public static func demo(scripts: [String] = ["sonde-*"]) throws(ScanError) -> ScanSession {
        var plan = ScanPlan()
        plan.commandLine = "sonde demo"
        plan.targets.words = ["127.0.0.1"]
        plan.discovery.isSkipped = true
        plan.names.mode = .never
        plan.scripts.rules = scripts
        // No installed scripts: the demo shows what the program brings along.
        plan.files.usesOnlyBuiltIn = true
        let services = try DemoPlan.start(&plan)
        let session = ScanSession(services.plan, over: services.network)
        session.facts.knownNames = services.services.names
        session.companion = services.services
        return session
    }
}

/// A plan for the demo with the services that it scans.
struct DemoPlan {
    let plan: ScanPlan
    let network: Network
    let services: DemoServices

    static func start(_ plan: inout ScanPlan) throws(ScanError) -> DemoPlan {
        do {
            let network = try Network(loop: try EventLoop())
            let services = try DemoServices(network)
            let ports = services.names.keys.map { "\($0.number)" }.sorted()
            plan.ports.specification = ports.joined(separator: ",")
            return DemoPlan(plan: plan, network: network, services: services)
        } catch {
            throw ScanError(.failure, "cannot start the demo's services: \(error)")
        }
    }
}
