// SPDX-License-Identifier: Apache-2.0

/// Scripts that depend on each other in a circle.
package struct CircularDependencyError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The names along the circle; the first is also the last.
    package let chain: [String]

    /// The message in the reference's words.
    package var description: String {
        "circular dependency in chain `\(chain.joined(separator: "->"))`"
    }
}

/// Scripts of one phase that may run at the same time; a level starts when the one before has ended.
package struct RunLevel: Hashable, Sendable {
    /// The level's number, from 1.
    package let number: Int
    /// The scripts, as places in the list that was given to ``levels(of:)``, in that order.
    package let scripts: [Int]

    /// Puts scripts into levels: each after all it depends on.
    ///
    /// Dependencies that were not selected do not count. Scripts of Nmap 5.00, which have a `runlevel` and no
    /// dependencies, come before all others if it is under 1, and after all others, in its order, if it is over
    /// 1, unless another script depends on them: a dependency says more than a number.
    ///
    /// - Throws: ``CircularDependencyError``, with a chain that begins at its earliest script.
    /// - Complexity: proportional to scripts and dependencies, and sorting.
    package static func levels(of scripts: [ScriptMetadata]) throws(CircularDependencyError) -> [RunLevel] {
        let dependencies = places(ofDependenciesIn: scripts)
        let depths = try depths(of: dependencies, names: scripts.map(\.name))
        let needed = Set(dependencies.joined())
        var groups: [Key: [Int]] = [:]
        for place in scripts.indices {
            let script = scripts[place]
            var key = Key(number: 1, depth: depths[place])
            if let number = script.runLevel, !number.isNaN, script.dependencies.isEmpty,
                number < 1 || !needed.contains(place)
            {
                key.number = number
            }
            groups[key, default: []].append(place)
        }
        return groups.sorted { $0.key < $1.key }.enumerated().map { offset, group in
            RunLevel(number: offset + 1, scripts: group.value)
        }
    }

    /// What levels are ordered by: the number of old scripts, then the depth of dependencies.
    private struct Key: Hashable, Comparable {
        var number: Double
        var depth: Int

        static func < (one: Key, other: Key) -> Bool {
            (one.number, one.depth) < (other.number, other.depth)
        }
    }

    /// For each script the places of the scripts it depends on.
    private static func places(ofDependenciesIn scripts: [ScriptMetadata]) -> [[Int]] {
        var places: [String: Int] = [:]
        for place in scripts.indices where places[scripts[place].name] == nil {
            places[scripts[place].name] = place
        }
        return scripts.map { script in
            var seen: Set<Int> = []
            return script.dependencies.compactMap { places[$0] }.filter { seen.insert($0).inserted }
        }
    }

    /// For each script one more than the depth of its deepest dependency.
    private static func depths(
        of dependencies: [[Int]],
        names: [String]
    ) throws(CircularDependencyError) -> [Int] {
        var dependents = [[Int]](repeating: [], count: dependencies.count)
        var missing = dependencies.map(\.count)
        for place in dependencies.indices {
            for dependency in dependencies[place] { dependents[dependency].append(place) }
        }
        var depths = [Int](repeating: 1, count: dependencies.count)
        var ready = missing.indices.filter { missing[$0] == 0 }
        var next = 0
        while next < ready.count {
            let done = ready[next]
            next += 1
            for dependent in dependents[done] {
                depths[dependent] = max(depths[dependent], depths[done] + 1)
                missing[dependent] -= 1
                if missing[dependent] == 0 { ready.append(dependent) }
            }
        }
        if let start = missing.firstIndex(where: { $0 > 0 }) {
            let circle = circle(from: start, dependencies: dependencies, isOpen: { missing[$0] > 0 })
            throw CircularDependencyError(chain: circle.map { names[$0] })
        }
        return depths
    }

    /// Follows unresolved dependencies until one comes back; every unresolved script has one.
    private static func circle(from start: Int, dependencies: [[Int]], isOpen: (Int) -> Bool) -> [Int] {
        var path: [Int] = []
        var steps: [Int: Int] = [:]
        var place: Int? = start
        while let current = place, steps[current] == nil {
            steps[current] = path.count
            path.append(current)
            place = dependencies[current].first(where: isOpen)
        }
        guard let repeated = place, let entry = steps[repeated] else { return path }
        let circle = path[entry...]
        guard let first = circle.min(), let pivot = circle.firstIndex(of: first) else { return path }
        return Array(circle[pivot...] + circle[..<pivot]) + [first]
    }
}
