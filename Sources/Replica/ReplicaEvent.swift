import Consensus
import Cryptography
import Federation
import Hazards
import Telemetry

/// What a shell tells a replica. What is large is kept apart, so that the others, which are many, stay small.
public enum ReplicaEvent: Sendable {
    /// The journal was replayed; take part from now on.
    case start
    /// The same where the journal is empty, or holds no more than an epoch's beginning: the others know whether the rest was lost.
    case startWithoutJournal
    /// A session submits a report or an update, admitted at the gateway, and waits for what becomes of it.
    indirect case submit(Submission, SubmissionToken)
    /// A round was computed.
    indirect case computed(RoundResult)
    /// The enrolment authority ends a certificate.
    indirect case revoke(AdmittedRevocation)
    /// Validators are to change: a change that was found good.
    indirect case change(SignedCommitteeChange)
    /// A peer's message, all its signatures checked.
    case message(VerifiedMessage, from: ValidatorIndex)
    /// A peer's message that `Replica.wants` turned down, unchecked: it changes nothing, but may be answered.
    case unwanted(PeerMessage, from: ValidatorIndex)
    /// A link to a peer was opened: what was sent to it before may be lost.
    case connected(ValidatorIndex)
    /// A peer's cosignature, checked.
    case cosignature(VerifiedCosignature)
    /// A state that others vouch for and that is on the disk: go on after it, without the blocks that led there.
    indirect case adopt(Snapshot)
    /// An own statement that was signed and is durable.
    case signed(SignedStatement)
    /// A deadline (`Replica.nextDeadline`) may have passed.
    case tick
}

/// What a replica asks of its shell, in order. Everything that leaves the machine leaves after this turn's records are durable.
public enum ReplicaEffect: Sendable {
    /// Append to the journal.
    case persist(Record)
    /// Append these, and behind them once more every signed statement that has not come back as `.signed`. Once they are durable, keep the
    /// snapshot: with it, the journal is needed from the first of them on only.
    indirect case summarize([Record], Snapshot)
    /// Sign with the consensus key, append `Record.signed`, and once that is durable send it to its recipients and bring it back as `.signed`.
    case sign(Statement)
    /// Send to validators.
    case send(PeerMessage, to: Audience)
    /// Sign the head with the cosigning key, send it to `to`, and bring it back as `.cosignature`.
    case cosign(Head, to: Audience, asksForReturn: Bool)
    /// A block was executed: its entries, records and hazards go to the stores and the subscribers.
    indirect case executed(ExecutedBlock)
    /// A quorum stands behind this head.
    case published(PublishedHead)
    /// Tell a session what became of its submission.
    indirect case answer(SubmissionToken, Answer)
    /// Compute a round on the pool, keep the version's file, and bring the result back as `.computed`.
    indirect case compute(RoundJob)
    /// Others vouch for a car of the own lane: it will be ordered.
    case attested(AttestedCar)
    /// What vehicles should be warned of before it is final.
    case warn([Hazard])
    /// A peer asks for finalized blocks that are no longer in memory: read them from the journal.
    case serveHistory(HistoryRequest, to: ValidatorIndex)
    /// A peer asks for cars that are no longer in memory: read them from the journal.
    case serveCars(CarRequest, to: ValidatorIndex)
    /// Check a car with all its items, and bring it back as its owner's message.
    case inspect(SignedCar)
    /// A validator was caught.
    indirect case evidence(Evidence)
    /// The epoch is over, and with it this replica: once the records before this are durable, go on with one of the next epoch, which begins with
    /// that state.
    case ended(EpochEnd)
    /// The replica cannot go on: stop the process once the records before this are durable, and let nothing else out.
    case halt(HaltReason)
}
