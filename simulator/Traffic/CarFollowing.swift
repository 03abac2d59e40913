/// The Intelligent Driver Model: how a driver accelerates behind another (Treiber, Hennecke, Helbing, Phys. Rev. E 62, 2000).
///
/// Letters are the paper's. The usual values are SUMO's for passenger cars, so that the two can be compared.
public struct CarFollowing: Hashable, Sendable {
    /// a: the acceleration that a driver uses on a free road, in m/s².
    public var a = 2.6
    /// b: the deceleration that a driver finds comfortable, in m/s².
    public var b = 4.5
    /// T: the time gap that a driver keeps, in s.
    public var T = 1.0
    /// s₀: the gap between standing cars, in m.
    public var s0 = 2.5
    /// The hardest braking that tyres allow, in m/s².
    public var hardest = 9.0

    /// A driver with the usual values.
    public init() {}

    /// Acceleration in m/s² (eq. 3): at speed `v`, desired speed `v0` and approaching rate `Δv` = v − v of the car ahead, all in m/s, with
    /// a gap `s` in m from bumper to bumper, infinite on a free road. Never below −`hardest`.
    public func acceleration(s: Double, v: Double, Δv: Double, v0: Double) -> Double {
        let ratio = v / v0
        let free = ratio * ratio * ratio * ratio
        let sStar = s0 + max(0, v * T + v * Δv / (2 * (a * b).squareRoot()))
        let interaction = sStar / max(s, 0.01)
        return max(a * (1 - free - interaction * interaction), -hardest)
    }

    /// The gap in m at which a row of cars keeps the speed `v` < `v0`: the closed form of acceleration 0 at Δv = 0.
    public func equilibriumGap(v: Double, v0: Double) -> Double {
        let ratio = v / v0
        return (s0 + v * T) / (1 - ratio * ratio * ratio * ratio).squareRoot()
    }
}
