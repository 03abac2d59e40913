/// What is known of each view above the last final one. A view of which nothing is known reads as an empty state.
struct Views: Sendable {
    private var slots: [UInt64: Int] = [:]
    /// The first is empty and stays so.
    private var states = [ViewState()]

    subscript(view: UInt64) -> ViewState {
        // Inlined, so that of a large state only the field in question is read. (A coroutine that yields in two branches would do the same,
        // but Swift 6.3 lets what it lends outlive a later change.)
        @inline(__always) get { states[slots[view] ?? 0] }
        _modify {
            let slot = slot(of: view)
            yield &states[slot]
        }
    }

    private mutating func slot(of view: UInt64) -> Int {
        if let slot = slots[view] { return slot }
        states.append(ViewState())
        slots[view] = states.count - 1
        return states.count - 1
    }

    /// How many views something is known of.
    var count: Int { slots.count }

    /// Views of which something is known, ascending.
    var known: [UInt64] { slots.keys.sorted() }

    /// Views below the last final one matter no more.
    mutating func forget(below view: UInt64) {
        let kept = known.filter { $0 >= view }
        guard kept.count < slots.count else { return }
        states = [ViewState()] + kept.compactMap { slots[$0].map { states[$0] } }
        slots = Dictionary(uniqueKeysWithValues: zip(kept, 1...))
    }
}
