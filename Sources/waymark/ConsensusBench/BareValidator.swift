import Consensus
import Cryptography
import EventLoop
import Server
import Transport
import Wire

/// A validator that orders opaque operations and nothing more: consensus over real links, with real signatures, without a disk and without execution.
///
/// An operation is one item of a car. It is final when a block with its car is, and only then its client is told.
actor BareValidator: LoopBound {
    nonisolated let loop: EventLoop
    private let validator: Validator
    private let keys: ValidatorKeys
    private let verifier: MessageVerifier
    private var machine: Consensus
    private var inbox: [Arrival] = []
    private var clients: [UInt32: Client] = [:]
    private var lastClient: UInt32 = 0
    private var finalOperations: UInt64 = 0
    private var digest = Digest.zero
    private var mesh: PeerMesh?
    private var listener: TCPListener?
    private var deadline: LoopTimer?

    /// What has come in since the last turn. A message is verified when its turn comes: what came before it may have made it known.
    private enum Arrival {
        case event(ConsensusEvent)
        case message(PeerMessage, from: ValidatorIndex)
    }

    /// A connection of a client, and what of it is not yet cut into operations.
    private struct Client {
        let stream: TCPStream
        var reader = OperationReader()
        /// Final operations that it has not been told of.
        var news: UInt32 = 0
    }

    init(_ validator: Validator, keys: ValidatorKeys, loop: EventLoop) {
        self.loop = loop
        self.validator = validator
        self.keys = keys
        let committee = validator.replica.committee
        verifier = MessageVerifier(committee)
        var settings = validator.replica.consensus
        // There is nothing to look into.
        settings.itemsReadByAll = .max
        machine = Consensus(committee: committee, me: validator.replica.me, settings: settings)
    }

    func start() throws {
        guard let peers = validator.listen.peers, let clients = validator.listen.mqtt else {
            throw Failure("a bare validator listens to peers and to clients")
        }
        let (here, door) = (try Endpoint(peers), try Endpoint(clients))
        let configuration = PeerConfiguration(
            committee: committee.chainID, epoch: committee.epoch, index: me, identity: keys.tls, peers: validator.peers,
            listenHost: here.host, listenPort: here.port)
        mesh = try PeerMesh(loop: loop, configuration: configuration) { [self] event in
            assumeIsolated { $0.hear(event) }
        }
        listener = try TCPListener(loop: loop, host: door.host, port: door.port) { [self] stream in
            assumeIsolated { $0.welcome(stream) }
        }
        deadline = LoopTimer(loop: loop) { [self] in assumeIsolated { $0.takeTurn() } }
        inbox.append(.event(.start))
        loop.afterPoll { [self] in assumeIsolated { $0.takeTurn() } }
    }

    private var committee: Committee { validator.replica.committee }
    private var me: ValidatorIndex { validator.replica.me }

    private var now: Moment {
        Moment(
            instant: Instant(milliseconds: loop.monotonicMilliseconds),
            timestamp: Timestamp(milliseconds: loop.wallMilliseconds))
    }

    // MARK: Coming in

    private func hear(_ event: PeerEvent) {
        switch event {
        case .up(let peer): inbox.append(.event(.connected(peer)))
        case .frame(let peer, let body): hear(body, from: peer)
        case .down, .unreachable, .refused: break
        }
    }

    private func hear(_ body: [UInt8], from peer: ValidatorIndex) {
        guard let message = try? PeerMessage(decoding: body) else { fatalError("validator \(peer) sent no message") }
        inbox.append(.message(message, from: peer))
    }

    private func event(_ arrival: Arrival) -> ConsensusEvent {
        switch arrival {
        case .event(let event): return event
        case .message(let message, let peer):
            guard machine.wants(message) else { return .unwanted(message, from: peer) }
            let known = machine.alreadyVerified(in: message)
            guard let verified = verifier.verify(message, known: known, inspectCar: { _ in true }) else {
                fatalError("validator \(peer) sent a forged message")
            }
            return .message(verified, from: peer)
        }
    }

    private func welcome(_ stream: TCPStream) {
        lastClient += 1
        let number = lastClient
        clients[number] = Client(stream: stream)
        stream.start { [self] event in assumeIsolated { $0.hear(event, of: number) } }
    }

    private func hear(_ event: TCPStream.Event, of number: UInt32) {
        switch event {
        case .received(let bytes): receive(bytes, of: number)
        case .ended: clients[number]?.stream.finish()
        case .closed: clients[number] = nil
        case .drained: break
        }
    }

    private func receive(_ bytes: [UInt8], of number: UInt32) {
        clients[number]?.reader.append(bytes)
        let name = OperationFrames.bytes(of: number)
        var items: [[UInt8]] = []
        while let operation = clients[number]?.reader.next(after: name) {
            guard !operation.isEmpty else {
                tell(number)
                continue
            }
            items.append(operation)
            guard items.count == ConsensusLimits.itemsPerSubmission else { continue }
            inbox.append(.event(.submit(items)))
            items.removeAll(keepingCapacity: true)
        }
        if !items.isEmpty { inbox.append(.event(.submit(items))) }
    }

    private func tell(_ number: UInt32) {
        var writer = Writer(capacity: 44)
        writer.write(OperationFrames.tallyMark)
        writer.write(finalOperations)
        writer.write(fixed: digest.bytes)
        clients[number]?.stream.write(writer.bytes)
    }

    // MARK: The turn

    private func takeTurn() {
        let arrivals = inbox
        inbox.removeAll(keepingCapacity: true)
        let isDue = machine.nextDeadline.map { $0 <= now.instant } ?? false
        guard !arrivals.isEmpty || isDue else { return }
        let moment = now
        var effects = arrivals.flatMap { machine.take(event($0), at: moment) }
        repeat {
            effects += machine.settle(at: moment)
            let signed = effects.compactMap { perform($0) }
            effects = signed.flatMap { machine.take(.signed($0), at: moment) }
            if signed.isEmpty { break }
        } while true
        tellClients()
        if let next = machine.nextDeadline { deadline?.arm(atMilliseconds: next.milliseconds) }
    }

    /// What an own statement becomes: with no disk it is durable at once.
    private func perform(_ effect: ConsensusEffect) -> SignedStatement? {
        switch effect {
        case .sign(let statement):
            let message = statement.signingMessage(chain: committee.chainID)
            let signed = SignedStatement(statement, signature: keys.consensus.sign(message))
            if let (message, audience) = signed.delivery(from: me) { send(message, to: audience) }
            return signed
        case .send(let message, let audience): send(message, to: audience)
        case .finalized(let block): note(block)
        case .halt(let reason): fatalError("\(reason)")
        case .expired(let items): fatalError("\(items.count) operations waited too long")
        case .persist, .summarize, .attested, .evidence, .serveHistory, .serveCars, .inspect: break
        }
        return nil
    }

    private func send(_ message: PeerMessage, to audience: Audience) {
        let frame = message.encoded()
        switch audience {
        case .all: mesh?.broadcast(frame: frame)
        case .one(let peer): mesh?.send(frame: frame, to: peer)
        }
    }

    private func note(_ block: FinalizedBlock) {
        digest = Digest.sha256(digest.bytes + block.hash.bytes)
        for car in block.cars {
            finalOperations += UInt64(car.car.items.count)
            guard car.lane == me else { continue }
            for item in car.car.items { clients[OperationFrames.number(item, at: 0)]?.news += 1 }
        }
    }

    private func tellClients() {
        for number in clients.keys {
            guard let news = clients[number]?.news, news > 0 else { continue }
            clients[number]?.stream.write(OperationFrames.bytes(of: news))
            clients[number]?.news = 0
        }
    }
}
