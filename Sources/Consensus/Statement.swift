import Cryptography
import Wire

/// What the signatures of consensus are for.
public enum ConsensusDomain {
    static let car = SigningDomain("waymark.v1.car")
    static let ack = SigningDomain("waymark.v1.ack")
    static let proposal = SigningDomain("waymark.v1.proposal")
    static let notarize = SigningDomain("waymark.v1.notarize")
    static let nullify = SigningDomain("waymark.v1.nullify")
    static let finalize = SigningDomain("waymark.v1.finalize")
}

/// What this validator must sign. The machine holds no key: it says what, the shell signs and stores, and only what is stored counts.
public enum Statement: Hashable, Sendable {
    /// The next car of the own lane.
    case ownCar(Car)
    /// A car is held and valid.
    case ack(Ack)
    /// A block for a view of which this validator is the leader.
    case proposal(Block)
    /// A vote.
    case vote(Vote)

    /// What the signature covers.
    public func signingMessage(chain: Digest) -> [UInt8] {
        switch self {
        case .ownCar(let car): car.header.signingMessage(chain: chain)
        case .ack(let ack): ack.signingMessage(chain: chain)
        case .proposal(let block): block.signingMessage(chain: chain)
        case .vote(let vote): vote.signingMessage(chain: chain)
        }
    }
}

/// Who a message is for.
public enum Audience: Hashable, Sendable {
    /// All other validators.
    case all
    /// One other validator.
    case one(ValidatorIndex)
}

/// An own statement with its signature: made once, stored, and sent again as it is for as long as it matters.
public struct SignedStatement: Hashable, Sendable {
    /// What was signed.
    public let statement: Statement
    /// Over `statement.signingMessage`.
    public let signature: Signature

    /// A statement that the shell has signed.
    public init(_ statement: Statement, signature: Signature) {
        self.statement = statement
        self.signature = signature
    }

    /// What leaves for others once the statement is durable, sent by validator `me`; nil where it concerns nobody else
    /// (an acknowledgement of the own car).
    public func delivery(from me: ValidatorIndex) -> (message: PeerMessage, audience: Audience)? {
        switch statement {
        case .ownCar(let car): return (.car(SignedCar(car: car, signature: signature)), .all)
        case .ack(let ack):
            guard ack.lane != me else { return nil }
            return (.ack(SignedAck(ack: ack, signer: me, signature: signature)), .one(ack.lane))
        case .proposal(let block): return (.proposal(SignedProposal(block: block, signature: signature)), .all)
        case .vote(let vote): return (.vote(SignedVote(vote: vote, signer: me, signature: signature)), .all)
        }
    }
}

extension SignedStatement: Layout {
    /// Reads the statement's kind, the statement and its signature.
    public init(reading reader: inout Reader) throws(WireError) {
        switch try reader.read(UInt8.self) {
        case 1: statement = .ownCar(try Car(reading: &reader))
        case 2: statement = .ack(try Ack(reading: &reader))
        case 3: statement = .proposal(try Block(reading: &reader))
        case 4: statement = .vote(try Vote(reading: &reader))
        case let other: throw .invalid(field: "statement kind", value: UInt64(other))
        }
        signature = try reader.readSignature()
    }

    /// Writes the statement's kind, the statement and its signature.
    public func write(into writer: inout Writer) {
        switch statement {
        case .ownCar(let car): writer.write(tag: 1, car)
        case .ack(let ack): writer.write(tag: 2, ack)
        case .proposal(let block): writer.write(tag: 3, block)
        case .vote(let vote): writer.write(tag: 4, vote)
        }
        writer.write(signature)
    }
}

extension Writer {
    /// Writes what tells the cases of an enum apart, then the case's value.
    mutating func write(tag: UInt8, _ value: some Layout) {
        write(tag)
        value.write(into: &self)
    }
}
