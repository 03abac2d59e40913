import Geography

/// Where a hazard is published: `waymark/v1/hazards/<17 quadkey digits, one a level>/<name in hex>`, one retained
/// message each.
///
/// Who wants the hazards of an area subscribes to the digits of its cell, as many as it likes, and `#`: it gets what is
/// active there, and then every change, from any MQTT broker.
public enum HazardTopic {
    /// What all of these topics begin with.
    public static let root = "waymark/v1/hazards"

    /// The topic of a hazard.
    public static func topic(of hazard: Hazard) -> String {
        topic(cell: hazard.cell, id: hazard.id)
    }

    /// The topic of a hazard of that name in that cell.
    public static func topic(cell: Cell, id: HazardID) -> String {
        "\(prefix(cell))/\(id)"
    }

    /// The filter that matches all hazards in a cell of the observation level or above.
    public static func filter(for cell: Cell) -> String {
        precondition(cell.level <= Cell.observationLevel, "hazards have no place finer than an observation's cell")
        return "\(prefix(cell))/#"
    }

    /// The cell and the name in a topic, or nil where it is no hazard's.
    public static func parse(_ topic: some StringProtocol) -> (cell: Cell, id: HazardID)? {
        let levels = topic.split(separator: "/", omittingEmptySubsequences: false)
        let rootLevels = root.split(separator: "/")
        let depth = Int(Cell.observationLevel)
        guard levels.count == rootLevels.count + depth + 1,
            zip(levels, rootLevels).allSatisfy({ String($0) == String($1) }),
            levels[rootLevels.count...].dropLast().allSatisfy({ $0.utf8.count == 1 }),
            let cell = Cell(quadkey: levels[rootLevels.count...].dropLast().joined()),
            let last = levels.last, let id = HazardID(hex: last), String(last) == id.description
        else { return nil }
        return (cell, id)
    }

    private static func prefix(_ cell: Cell) -> String {
        cell.quadkey.reduce(into: root) { $0 += "/\($1)" }
    }
}
