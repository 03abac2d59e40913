import Models

/// The towns of a run's epochs, as its seed decides them: validators come, go, are replaced, and get other keys. The committee never has fewer than at
/// first, so as many may fail.
enum Succession {
    /// How often a committee changes at most.
    static let changes = 4
    /// How many more than at first it may have.
    private static let growth = 3

    static func towns(from founding: Town, random: inout SeededGenerator) -> [Town] {
        var towns = [founding]
        var next = founding.seats.count
        for _ in 0..<changes {
            let last = towns[towns.count - 1]
            var seats = last.seats
            let chosen = Int(random.below(UInt64(seats.count)))
            switch random.below(4) {
            case 0 where seats.count < founding.seats.count + growth: seats.append(Seat(number: next))
            case 1 where seats.count > founding.seats.count: seats.remove(at: chosen)
            case 2:
                seats.remove(at: chosen)
                seats.append(Seat(number: next))
            default: seats[chosen].generation += 1
            }
            if seats.last?.number == next { next += 1 }
            towns.append(Town(after: last, seats: seats))
        }
        return towns
    }
}
