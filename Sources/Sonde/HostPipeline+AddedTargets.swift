// SPDX-License-Identifier: Apache-2.0

internal import SondeIO
internal import SondeModel
internal import SondeScan

/// Targets that scripts find while the scan runs; they come after those the user named.
extension HostPipeline {
    /// Takes a target that a script found.
    ///
    /// A name is looked up while the scan goes on. What cannot be read is told, as it is for the user's targets.
    ///
    /// - Parameter word: an address, a network or a name.
    /// - Returns: whether it was accepted.
    func add(_ word: String) -> Bool {
        do throws(ScanError) {
            let setup = TargetSetup(session.plan.targets, session.network)
            let specification = try setup.specification(word)
            if case .name(let name, let prefixLength) = specification {
                lookUp(name, prefixLength)
            } else if let target = ResolvedTarget(specification) {
                take(target)
            }
            return true
        } catch {
            session.warn("a script's target: \(error.message)")
            return false
        }
    }

    private func lookUp(_ name: String, _ prefixLength: Int?) {
        namesUnderWay += 1
        let resolution = session.network.resolver.addresses(of: name) { [weak self] result in
            self?.namesUnderWay -= 1
            self?.take(name, prefixLength, (try? result.get()) ?? [])
        }
        if case .done(let result) = resolution {
            namesUnderWay -= 1
            take(name, prefixLength, (try? result.get()) ?? [])
        }
    }

    private func take(_ name: String, _ prefixLength: Int?, _ addresses: [IPAddress]) {
        do throws(TargetError) {
            let family = session.plan.targets.family
            let target = try ResolvedTarget(
                name: name,
                prefixLength: prefixLength,
                addresses: addresses,
                family: family
            )
            take(target)
        } catch {
            session.warn("a script's target: \(error)")
        }
    }

    private func take(_ target: ResolvedTarget) {
        added.append(target)
        if target.count == 1 {
            var addresses = TargetExpansion([target])
            session.scope?.admit(addresses.next().map { [$0.address] } ?? [])
        } else {
            session.scope?.admit(Exclusions([target]))
        }
        session.network.loop.soon { [weak self] in self?.continueWithAdded() }
    }

    /// Scans what scripts have added, once the hosts before it are done.
    func continueWithAdded() {
        guard hasStarted, hostsActive == 0, !added.isEmpty, discovery?.isDone ?? true else { return }
        discover()
    }

    /// The next host of the targets; those that scripts added come last.
    func nextTarget() -> Target? {
        while true {
            if let target = targets.next() { return target }
            guard !added.isEmpty else { return nil }
            targets = TargetExpansion(added, excluding: exclusions)
            added = []
        }
    }
}
