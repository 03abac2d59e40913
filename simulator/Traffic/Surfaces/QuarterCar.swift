/// A quarter of a car: the body's share over one wheel, on a spring and a damper, and the wheel on its tyre.
///
/// Letters and values are those of the reference car of the international roughness index (Sayers, "On the calculation
/// of international roughness index from longitudinal road profile", Transportation Research Record 1501, 1995, which
/// calls it the golden car): all of them are divided by the sprung mass, so that no mass remains. Two things are added
/// that single obstacles need and a roughness index does not: a damper that is harder when it lengthens, and a tyre
/// that pushes but never pulls.
public struct QuarterCar: Hashable, Sendable {
    /// k₁: the spring's stiffness by the sprung mass, in s⁻².
    public var k1 = 63.3
    /// k₂: the tyre's stiffness by the sprung mass, in s⁻².
    public var k2 = 653.0
    /// c: the damper's coefficient by the sprung mass, in s⁻¹: the mean of both directions.
    public var c = 6.0
    /// μ: the unsprung mass by the sprung mass.
    public var μ = 0.15
    /// By how much the damper is harder than c when it lengthens, and softer when it is pressed, as a share of c: 0 is
    /// the reference car.
    public var asymmetry = 0.0

    /// g: what a body at rest is accelerated by, in m/s².
    public static let g = 9.81

    /// The reference car.
    public init() {}

    /// Heights and speeds: metres above where each mass rests on a road of height 0, and m/s.
    public struct State: Hashable, Sendable {
        /// z_s: the body.
        public var zs = 0.0
        /// z_u: the wheel.
        public var zu = 0.0
        /// ż_s: the body's speed upward.
        public var vs = 0.0
        /// ż_u: the wheel's speed upward.
        public var vu = 0.0

        /// At rest.
        public init() {}
    }

    /// z̈_s and z̈_u in m/s², gravity not counted, on a road of height `h` in m.
    public func accelerations(_ state: State, h: Double) -> (body: Double, wheel: Double) {
        let stroke = state.vs - state.vu
        let strut = k1 * (state.zs - state.zu) + c * (stroke > 0 ? 1 + asymmetry : 1 - asymmetry) * stroke
        // The tyre carries (1 + μ)g at rest: less than nothing it does not carry.
        let tyre = max(k2 * (h - state.zu), -(1 + μ) * QuarterCar.g)
        return (-strut, (strut + tyre) / μ)
    }

    /// Moves the state on by `Δt` s, 1 ms at most, on a road of height `h`; the body's acceleration in m/s², gravity
    /// not counted.
    ///
    /// The semi-implicit Euler rule: speeds first, then heights with the new speeds, which keeps the energy of an
    /// undamped car.
    public func advance(_ state: inout State, h: Double, Δt: Double) -> Double {
        let (body, wheel) = accelerations(state, h: h)
        state.vs += body * Δt
        state.vu += wheel * Δt
        state.zs += state.vs * Δt
        state.zu += state.vu * Δt
        return body
    }

    /// Kinetic energy and that of spring and tyre by the sprung mass, in m²/s².
    public func energy(_ state: State, h: Double) -> Double {
        let (spring, tyre) = (state.zs - state.zu, h - state.zu)
        let kinetic = state.vs * state.vs + μ * state.vu * state.vu
        return (kinetic + k1 * spring * spring + k2 * tyre * tyre) / 2
    }

    /// The frequencies in Hz at which body and wheel swing without the damper: the roots of μω⁴ − (k₁ + k₂ + μk₁)ω² +
    /// k₁k₂ = 0.
    public var naturalFrequencies: (body: Double, wheel: Double) {
        let sum = k1 + k2 + μ * k1
        let root = (sum * sum - 4 * μ * k1 * k2).squareRoot()
        return (
            ((sum - root) / (2 * μ)).squareRoot() / (2 * .pi), ((sum + root) / (2 * μ)).squareRoot() / (2 * .pi)
        )
    }
}
