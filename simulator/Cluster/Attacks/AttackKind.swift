/// The ways to lie, one a file. The name is what `--without` takes.
public enum AttackKind: String, CaseIterable, Sendable {
    case twin, mute, nuller, conflicter, misplacer, skipper, impersonator, replayer, amnesiac
    case silentLeader = "silent-leader"
    case lateLeader = "late-leader"
    case selfNullifier = "self-nullifier"
    case equivocatingLeader = "equivocating-leader"
    case laneForker = "lane-forker"
    case doubleAcker = "double-acker"
    case rivalBuilder = "rival-builder"
    case withholder
    case invalidCarrier = "invalid-carrier"
    case junkCertifier = "junk-certifier"
    case futureFlooder = "future-flooder"
    case wrongArchivist = "wrong-archivist"
    case chanceTaker = "chance-taker"

    func make() -> any Attack {
        switch self {
        case .twin: Twin()
        case .mute: Mute()
        case .nuller: Nuller()
        case .conflicter: Conflicter()
        case .misplacer: Misplacer()
        case .skipper: Skipper()
        case .rivalBuilder: RivalBuilder()
        case .impersonator: Impersonator()
        case .replayer: Replayer()
        case .amnesiac: Amnesiac()
        case .silentLeader: SilentLeader()
        case .lateLeader: LateLeader()
        case .selfNullifier: SelfNullifier()
        case .equivocatingLeader: EquivocatingLeader()
        case .laneForker: LaneForker()
        case .doubleAcker: DoubleAcker()
        case .withholder: Withholder()
        case .invalidCarrier: InvalidCarrier()
        case .junkCertifier: JunkCertifier()
        case .futureFlooder: FutureFlooder()
        case .wrongArchivist: WrongArchivist()
        case .chanceTaker: ChanceTaker()
        }
    }
}
