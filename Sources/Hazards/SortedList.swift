/// Elements in ascending order, each once, in chunks of at most 256: a change searches twice by halves and moves a few
/// kilobytes at most, so that even ending thousands of hazards at once stays in the milliseconds.
struct SortedList<Element: Comparable & Sendable>: Sendable {
    private static var chunkLimit: Int { 256 }

    /// Ascending, and none empty.
    private var chunks: [[Element]] = []

    /// The least element.
    var first: Element? { chunks.first?.first }

    /// All elements in ascending order.
    var elements: some Sequence<Element> { chunks.joined() }

    /// Inserts an element that is not there.
    mutating func insert(_ element: Element) {
        guard !chunks.isEmpty else {
            chunks.append([element])
            return
        }
        let chunk = chunk(for: element)
        let index = index(of: element, in: chunk)
        precondition(index == chunks[chunk].count || chunks[chunk][index] != element, "an element stands once")
        chunks[chunk].insert(element, at: index)
        if chunks[chunk].count > Self.chunkLimit { split(chunk) }
    }

    /// Removes an element that is there.
    mutating func remove(_ element: Element) {
        precondition(!chunks.isEmpty, "what is removed was inserted")
        let chunk = chunk(for: element)
        let index = index(of: element, in: chunk)
        precondition(index < chunks[chunk].count && chunks[chunk][index] == element, "what is removed was inserted")
        chunks[chunk].remove(at: index)
        if chunks[chunk].isEmpty { chunks.remove(at: chunk) }
    }

    private mutating func split(_ chunk: Int) {
        let half = chunks[chunk].count / 2
        chunks.insert(Array(chunks[chunk][half...]), at: chunk + 1)
        chunks[chunk].removeSubrange(half...)
    }

    /// The last chunk that does not begin after the element, or the first.
    private func chunk(for element: Element) -> Int {
        max(0, Self.partition(chunks.count) { chunks[$0][0] <= element } - 1)
    }

    /// Where the element is in its chunk, or would be.
    private func index(of element: Element, in chunk: Int) -> Int {
        Self.partition(chunks[chunk].count) { chunks[chunk][$0] < element }
    }

    /// The first of `count` indices at which `isBefore` is false; it is true of all before.
    private static func partition(_ count: Int, _ isBefore: (Int) -> Bool) -> Int {
        var (low, high) = (0, count)
        while low < high {
            let middle = (low + high) / 2
            if isBefore(middle) { low = middle + 1 } else { high = middle }
        }
        return low
    }
}
