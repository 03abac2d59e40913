/// Who would be first at an arc: who can no longer stop goes before who can, then the one that is there sooner.
struct Claim: Sendable {
    var vehicle: Int
    var canStop: Bool
    var seconds: Double

    static let nobody = Claim(vehicle: -1, canStop: true, seconds: .infinity)

    func precedes(_ other: Claim) -> Bool {
        canStop == other.canStop ? seconds < other.seconds : !canStop
    }
}
