import Models

extension Surface {
    /// Whether it is a single place of a road and not a whole road.
    var isPoint: Bool {
        switch self {
        case .regular, .worn: false
        case .asphaltBump, .metalBump, .pothole: true
        }
    }

    /// The speeds at which drivers pass it, in m/s: before an obstacle they slow down.
    public var passingSpeeds: ClosedRange<Double> {
        switch self {
        case .regular, .worn: 4...15
        case .asphaltBump: 5...8
        case .metalBump: 3.5...6
        case .pothole: 3...5
        }
    }

    /// The speed of a driver with this haste, from 0.9 to 1.1.
    func passingSpeed(haste: Double) -> Double {
        let share = min(max((haste - 0.9) / 0.2, 0), 1)
        return passingSpeeds.lowerBound + share * (passingSpeeds.upperBound - passingSpeeds.lowerBound)
    }
}
