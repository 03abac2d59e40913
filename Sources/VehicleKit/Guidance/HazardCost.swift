import Hazards
import Telemetry

/// What driving past a hazard costs: more of the road's learned time, and some time at the spot. Integers, so that an answer can be made
/// again from the hazard and the model.
///
/// The costs are what a driver would go out of the way for, and not forecasts of delay: danger counts too. They are our choice.
public struct HazardCost: Hashable, Sendable {
    /// Thousandths of the road's learned time that are added.
    public var addedPermille: UInt32
    /// Milliseconds that are added, however long the road is.
    public var addedMilliseconds: UInt32
    /// Whether nobody passes: the road is closed.
    public var isClosure: Bool

    /// What a closed road costs where there is no other way: an hour.
    public static let closureMilliseconds: UInt64 = 3_600_000

    private init(_ addedPermille: UInt32, seconds: UInt32, isClosure: Bool = false) {
        self.addedPermille = addedPermille
        addedMilliseconds = seconds * 1000
        self.isClosure = isClosure
    }

    /// What a hazard costs in its state: confirmed, all of it; reported or provisional, a quarter and no closure, since one vehicle alone may be
    /// wrong or lie, and so may one validator; cleared, nothing.
    public init(kind: HazardKind, state: HazardState) {
        self.init(confirmed: kind)
        switch state {
        case .confirmed: break
        case .reported, .provisional:
            addedPermille /= 4
            addedMilliseconds /= 4
            isClosure = false
        case .cleared: self.init(0, seconds: 0)
        }
    }

    /// What a confirmed hazard costs.
    private init(confirmed kind: HazardKind) {
        switch kind {
        case .impassability, .accident, .postCrash, .wrongWayDriving: self.init(1000, seconds: 240, isClosure: true)
        case .rescue, .levelCrossing, .violence: self.init(1000, seconds: 180)
        case .adhesion, .aquaplaning, .extremeWeather: self.init(1000, seconds: 60)
        case .obstacle, .animal, .people, .dangerousEndOfQueue: self.init(500, seconds: 60)
        case .stationaryVehicle, .vehicleBreakdown, .collisionRisk: self.init(500, seconds: 45)
        case .trafficCondition: self.init(1000, seconds: 30)
        case .roadworks, .slowVehicle, .visibility, .precipitation: self.init(500, seconds: 20)
        case .surfaceCondition, .dangerousSituation, .humanProblem: self.init(250, seconds: 20)
        case .dangerousCurve, .signalViolation: self.init(100, seconds: 10)
        case .emergencyVehicle, .publicTransportApproaching: self.init(0, seconds: 10)
        }
    }

    /// Milliseconds that it adds to a road whose learned time is `learned`, short of closing it.
    func milliseconds(learned: UInt32) -> UInt64 {
        UInt64(learned) * UInt64(addedPermille) / 1000 + UInt64(addedMilliseconds)
    }
}
