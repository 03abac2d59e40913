import Models
import Roads

/// What vehicles' accelerometers feel: a window at each bump or pothole, and one every few seconds between them.
///
/// A window is made only when it is due, at the speed that the vehicle has then; its randomness is a stream of its own,
/// so that the windows of one vehicle do not depend on those of the others.
struct SurfaceSensing: Sendable {
    private let surfaces: SurfaceMap
    /// How each vehicle rides.
    private let rides: [Ride]
    private var randoms: [SeededGenerator]
    /// Milliseconds of the run from which each vehicle's next window is due.
    private var dueMilliseconds: [UInt64]

    /// m/s: below it a window shows little but the engine.
    static let leastSpeed = 3.0
    /// The same at a bump or pothole.
    static let leastPointSpeed = 2.0
    /// Milliseconds from one window to the next at least, and up to so many more.
    static let pauseMilliseconds: UInt64 = 3000
    static let furtherMilliseconds: UInt64 = 2000

    init(_ surfaces: SurfaceMap, vehicles: Int, random: inout SeededGenerator) {
        self.surfaces = surfaces
        randoms = (0..<vehicles).map { _ in SeededGenerator(seed: random.next()) }
        rides = (0..<vehicles).map { _ in Ride(random: &random) }
        dueMilliseconds = (0..<vehicles).map { _ in random.next() % SurfaceSensing.pauseMilliseconds }
    }

    /// What a vehicle feels in a move that ends with this speed in m/s at this time of the run.
    mutating func sense(_ move: Sensors.Move, speed: Double, atMilliseconds time: UInt64) -> [SensedWindow] {
        let points = speed >= SurfaceSensing.leastPointSpeed ? passedPoints(move) : []
        if !points.isEmpty {
            pause(move.vehicle, from: time)
            return points.map { arc, offset in
                window(surfaces.surface(ofEdge: arc.edge), move.vehicle, arc, offset, speed)
            }
        }
        guard speed > SurfaceSensing.leastSpeed, time >= dueMilliseconds[move.vehicle] else { return [] }
        pause(move.vehicle, from: time)
        let (arc, offset) = move.to
        return [window(surfaces.ground(ofEdge: arc.edge), move.vehicle, arc, offset, speed)]
    }

    private mutating func pause(_ vehicle: Int, from time: UInt64) {
        let further = randoms[vehicle].next() % SurfaceSensing.furtherMilliseconds
        dueMilliseconds[vehicle] = time + SurfaceSensing.pauseMilliseconds + further
    }

    /// The bumps and potholes between the two ends of a move, the second included.
    private func passedPoints(_ move: Sensors.Move) -> [(arc: Arc, offset: Double)] {
        guard move.from.arc != move.to.arc else { return points(on: move.to.arc, move.from.offset, move.to.offset) }
        return points(on: move.from.arc, move.from.offset, .infinity) + points(on: move.to.arc, -1, move.to.offset)
    }

    private func points(on arc: Arc, _ from: Double, _ to: Double) -> [(arc: Arc, offset: Double)] {
        guard surfaces.pointCount(ofEdge: arc.edge) > 0 else { return [] }
        return surfaces.points(ofEdge: arc.edge).filter { $0 > from && $0 <= to }.map { (arc, $0) }
    }

    private mutating func window(
        _ surface: Surface, _ vehicle: Int, _ arc: Arc, _ offset: Double, _ speed: Double
    ) -> SensedWindow {
        let shape = surfaces.shape(of: surface, onEdge: arc.edge)
        let acceleration = randoms[vehicle].window(of: rides[vehicle], over: shape, speed: speed)
        return SensedWindow(
            vehicle: vehicle, arc: arc, offset: offset, acceleration: acceleration, surface: surface)
    }
}
