// SPDX-License-Identifier: Apache-2.0

internal import HeapModule
internal import SondeModel

/// Names one deadline of a loop.
package struct DeadlineID: Hashable, Sendable {
    fileprivate let slot: Int
    fileprivate let generation: UInt32
}

/// The deadlines of a loop, earliest first; those for the same instant in the order in which they were set.
///
/// A deadline that is put off or cleared stays filed where it was: it is looked at again when that instant comes, and only
/// then filed anew. A socket that sets a timeout for each read therefore costs the heap next to nothing.
struct DeadlineHeap {
    private struct Entry: Comparable {
        let due: Instant
        let order: UInt64
        let slot: Int
        let filing: UInt32

        static func < (one: Entry, other: Entry) -> Bool {
            one.due != other.due ? one.due < other.due : one.order < other.order
        }
    }

    private struct Slot {
        var generation: UInt32 = 0
        var target: Instant?
        var order: UInt64 = 0
        /// Where the entry that counts is filed; others of this slot are stale.
        var filed: Instant?
        var filing: UInt32 = 0
        var isOnce = false
        var action: (() -> Void)?
    }

    private var heap = Heap<Entry>()
    private var slots: [Slot] = []
    private var freeSlots: [Int] = []
    private var staleCount = 0
    private(set) var order: UInt64 = 0

    /// Entries in the heap, with the stale ones; for tests.
    var filedCount: Int { heap.count }

    /// Makes a deadline that is not set yet.
    ///
    /// - Parameters:
    ///   - isOnce: whether it ends when it passes; else it can be set again until it is removed.
    ///   - action: what to do when it passes.
    /// - Returns: its name.
    mutating func make(isOnce: Bool, _ action: @escaping () -> Void) -> DeadlineID {
        let index = freeSlots.popLast() ?? slots.count
        if index == slots.count { slots.append(Slot()) }
        slots[index].isOnce = isOnce
        slots[index].action = action
        return DeadlineID(slot: index, generation: slots[index].generation)
    }

    private func isAlive(_ id: DeadlineID) -> Bool {
        slots.indices.contains(id.slot) && slots[id.slot].generation == id.generation
            && slots[id.slot].action != nil
    }

    /// Sets or moves a deadline; `nil` clears it.
    mutating func set(_ id: DeadlineID, at target: Instant?) {
        guard isAlive(id) else { return }
        slots[id.slot].target = target
        guard let target else { return }
        order += 1
        slots[id.slot].order = order
        if let filed = slots[id.slot].filed {
            if filed <= target { return }
            staleCount += 1
        }
        file(id.slot, at: target)
    }

    private mutating func file(_ index: Int, at target: Instant) {
        slots[index].filing &+= 1
        slots[index].filed = target
        let filing = slots[index].filing
        heap.insert(Entry(due: target, order: slots[index].order, slot: index, filing: filing))
    }

    /// Ends a deadline.
    mutating func remove(_ id: DeadlineID) {
        guard isAlive(id) else { return }
        if slots[id.slot].filed != nil { staleCount += 1 }
        slots[id.slot].generation &+= 1
        slots[id.slot].filing &+= 1
        slots[id.slot].filed = nil
        slots[id.slot].target = nil
        slots[id.slot].action = nil
        freeSlots.append(id.slot)
        dropStaleEntriesIfMany()
    }

    private mutating func dropStaleEntriesIfMany() {
        guard staleCount > 64, staleCount > heap.count / 2 else { return }
        heap = Heap(
            heap.unordered.filter { slots[$0.slot].filed != nil && slots[$0.slot].filing == $0.filing }
        )
        staleCount = 0
    }

    /// The earliest instant at which something is due.
    mutating func next() -> Instant? {
        while let entry = heap.min {
            let slot = slots[entry.slot]
            guard slot.filed != nil, slot.filing == entry.filing else {
                _ = heap.popMin()
                staleCount = max(0, staleCount - 1)
                continue
            }
            if slot.target == entry.due, slot.order == entry.order { return entry.due }
            _ = heap.popMin()
            slots[entry.slot].filed = nil
            if let target = slot.target { file(entry.slot, at: target) }
        }
        return nil
    }

    /// Takes the first deadline that has passed and was set before a given one.
    ///
    /// - Parameters:
    ///   - now: the present.
    ///   - limit: a value that ``order`` had; what was set later waits for the next turn.
    /// - Returns: its action; `nil` if none has passed.
    mutating func popDue(_ now: Instant, setBefore limit: UInt64) -> (() -> Void)? {
        guard let due = next(), due <= now, let entry = heap.min, entry.order <= limit else { return nil }
        _ = heap.popMin()
        let action = slots[entry.slot].action
        slots[entry.slot].filed = nil
        slots[entry.slot].target = nil
        if slots[entry.slot].isOnce {
            remove(DeadlineID(slot: entry.slot, generation: slots[entry.slot].generation))
        }
        return action
    }
}
