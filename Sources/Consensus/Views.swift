/// What is known of each view above the last final one. A view of which nothing is known reads as an empty state.
struct Views: Sendable {
    /// Views of which something is known, ascending: few, so that a search costs less than hashing would.
    private(set) var known: [UInt64] = []
    /// Where in `states` each of them stands.
    private var slots: [Int] = []
    /// The first is empty and stays so.
    private var states = [ViewState()]

    subscript(view: UInt64) -> ViewState {
        // Lends the state, which is large, instead of copying it.
        @inline(__always) _read {
            let slot = slot(of: view) ?? 0
            yield states[slot]
        }
        _modify {
            let slot = slot(of: view) ?? addSlot(for: view)
            yield &states[slot]
        }
    }

    private func slot(of view: UInt64) -> Int? {
        let index = place(of: view)
        return index < known.count && known[index] == view ? slots[index] : nil
    }

    /// How many of the known views are lower.
    private func place(of view: UInt64) -> Int {
        var (low, high) = (0, known.count)
        while low < high {
            let middle = (low + high) / 2
            if known[middle] < view { low = middle + 1 } else { high = middle }
        }
        return low
    }

    private mutating func addSlot(for view: UInt64) -> Int {
        let index = place(of: view)
        known.insert(view, at: index)
        slots.insert(states.count, at: index)
        states.append(ViewState())
        return states.count - 1
    }

    /// How many views something is known of.
    var count: Int { known.count }

    /// Views below the last final one matter no more.
    mutating func forget(below view: UInt64) {
        let forgotten = place(of: view)
        guard forgotten > 0 else { return }
        states = [ViewState()] + slots[forgotten...].map { states[$0] }
        known.removeFirst(forgotten)
        slots = Array(1..<states.count)
    }
}
