import Roads

/// All vehicles, an array a property: a vehicle is its index.
struct Vehicles: Sendable {
    /// Where each drives.
    var arcs: [Arc] = []
    /// Metres from the arc's tail to each one's front bumper.
    var offsets: [Double] = []
    /// m/s, never negative.
    var speeds: [Double] = []
    /// What each driver makes of a limit: the desired speed is this times it.
    var haste: [Double] = []
    /// The district that each lives in.
    var homes: [Int] = []
    /// The arcs of each one's trip, the first one it is on.
    var routes: [[Arc]] = []
    /// Where each one's present arc is in its route.
    var legs: [Int] = []
    /// Ticks for which each has stood at the end of its arc.
    var standing: [Int] = []
    /// Whether each waits beside the road until there is room.
    var isWaiting: [Bool] = []

    /// Metres from bumper to bumper.
    static let length = 5.0

    var count: Int { arcs.count }

    /// The arc after the present one. A trip is prolonged before its last arc is left, so there always is one.
    func nextArc(of vehicle: Int) -> Arc { routes[vehicle][legs[vehicle] + 1] }

    mutating func append(on arc: Arc, offset: Double, haste: Double, home: Int) {
        arcs.append(arc)
        offsets.append(offset)
        speeds.append(0)
        self.haste.append(haste)
        homes.append(home)
        routes.append([arc])
        legs.append(0)
        standing.append(0)
        isWaiting.append(true)
    }
}
