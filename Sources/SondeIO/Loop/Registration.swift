// SPDX-License-Identifier: Apache-2.0

/// What has changed on a descriptor.
package struct Readiness: OptionSet, Hashable, Sendable {
    /// The bits.
    package let rawValue: UInt8

    /// Makes a set from its bits.
    package init(rawValue: UInt8) { self.rawValue = rawValue }

    /// Something may be read.
    package static let readable = Readiness(rawValue: 1)
    /// Something may be written.
    package static let writable = Readiness(rawValue: 2)
    /// The peer has ended its side, or both sides are down.
    package static let hangUp = Readiness(rawValue: 4)
    /// An error waits in the descriptor.
    package static let error = Readiness(rawValue: 8)

    /// Whether a read is worth trying.
    var allowsReading: Bool { !isDisjoint(with: [.readable, .hangUp, .error]) }
    /// Whether a write is worth trying.
    var allowsWriting: Bool { !isDisjoint(with: [.writable, .hangUp, .error]) }
}

/// One that wants to know when a descriptor changes.
package protocol ReadinessHandler: AnyObject {
    /// Called from the loop, once per change.
    ///
    /// Events are told on the edge: after one, read or write until the system would block.
    func ready(_ readiness: Readiness)

    /// Called when the loop closes: ends what is under way without telling anybody, and closes the descriptor.
    func abandon()
}

extension ReadinessHandler {
    /// Does nothing: for handlers that own neither descriptor nor operations.
    package func abandon() {}
}

/// A descriptor under watch: its number, and which of its lives is meant.
package struct Registration: Hashable, Sendable {
    /// The descriptor.
    package let descriptor: CInt
    /// Counts the registrations of this number, so that a late event of a closed one is known as such.
    let generation: UInt32

    /// Both in one number, as the poller carries it.
    var token: UInt64 { UInt64(generation) << 32 | UInt64(UInt32(bitPattern: descriptor)) }

    init(descriptor: CInt, generation: UInt32) {
        self.descriptor = descriptor
        self.generation = generation
    }

    init(token: UInt64) {
        descriptor = CInt(bitPattern: UInt32(truncatingIfNeeded: token))
        generation = UInt32(truncatingIfNeeded: token >> 32)
    }
}

/// Who is to be told about which descriptor.
struct RegistrationTable {
    private struct Entry {
        var generation: UInt32 = 0
        // Not owned: a handler deregisters before it goes, and the generation is checked before each use.
        unowned(unsafe) var handler: (any ReadinessHandler)?
    }

    private var entries: [Entry] = []
    private(set) var count = 0

    mutating func add(_ descriptor: CInt, _ handler: any ReadinessHandler) -> Registration {
        let index = Int(descriptor)
        while entries.count <= index { entries.append(Entry()) }
        if unsafe entries[index].handler == nil { count += 1 }
        entries[index].generation &+= 1
        unsafe entries[index].handler = handler
        return Registration(descriptor: descriptor, generation: entries[index].generation)
    }

    /// Gives a registration to another handler; nothing happens if it has ended.
    mutating func replace(_ registration: Registration, _ handler: any ReadinessHandler) {
        guard self.handler(of: registration) != nil else { return }
        unsafe entries[Int(registration.descriptor)].handler = handler
    }

    /// Ends a registration: whether it was alive.
    mutating func remove(_ registration: Registration) -> Bool {
        guard handler(of: registration) != nil else { return false }
        unsafe entries[Int(registration.descriptor)].handler = nil
        count -= 1
        return true
    }

    /// Everybody who is told about some descriptor.
    var handlers: [any ReadinessHandler] {
        // By index: the generic walk over entries that hold unowned references does not end (Swift 6.3).
        var found: [any ReadinessHandler] = []
        for index in entries.indices {
            if let handler = unsafe entries[index].handler { found.append(handler) }
        }
        return found
    }

    func handler(of registration: Registration) -> (any ReadinessHandler)? {
        let index = Int(registration.descriptor)
        guard entries.indices.contains(index), entries[index].generation == registration.generation else {
            return nil
        }
        return unsafe entries[index].handler
    }
}
