import Cryptography
import EventLoop

/// How a connection follows its stream.
extension Connection {
    func didDial(_ result: Result<TCPStream, LoopError>) {
        guard case .dialling = state.value.phase else { preconditionFailure("a dial ends once") }
        switch result {
        case .failure(let error): didClose(state.value.reason ?? .broken(error))
        case .success(let stream):
            // The owner closed the connection while the answer was under way.
            if let reason = state.value.reason {
                stream.close()
                return didClose(reason)
            }
            begin(over: stream)
        }
    }

    func begin(over stream: TCPStream) {
        state.value.phase = .shakingHands(stream)
        stream.start { self.handle($0) }
        switch security {
        case .plain:
            // As a job, so that no event comes from inside `start`.
            loop.execute { self.didOpen(peerPin: nil) }
        case .tls(let context):
            do {
                let engine = try TLSEngine(context: context)
                state.value.engine = engine
                stream.write(engine.takeOutput())
            } catch {
                end(.insecure(error))
            }
        }
    }

    /// Ends the connection at once; the stream's own end is what the owner is told.
    func end(_ reason: CloseReason) {
        switch state.value.phase {
        case .fresh(.accepted(let stream)):
            state.value.phase = .closed
            stream.close()
            state.value.onGone?()
        case .fresh(.toBeDialled): state.value.phase = .closed
        case .dialling(let dial):
            guard state.value.reason == nil else { return }
            state.value.reason = reason
            dial.cancel()
        case .shakingHands(let stream), .open(let stream):
            // A peer that is too slow gets no more.
            if case .congested = reason { state.value.unsealed = [] }
            sayGoodbye(on: stream, reason)
            stream.close()
        case .ending(let stream): stream.close()
        case .closed: break
        }
    }

    /// Ends the connection when everything has been written.
    func finish(_ reason: CloseReason) {
        switch state.value.phase {
        case .shakingHands(let stream), .open(let stream):
            sayGoodbye(on: stream, reason)
            stream.finish()
        case .fresh, .dialling: end(reason)
        case .ending, .closed: break
        }
    }

    // An alert or a close_notify may be waiting in the engine: without it the peer cannot tell an end from a cut.
    private func sayGoodbye(on stream: TCPStream, _ reason: CloseReason) {
        seal()
        state.value.reason = state.value.reason ?? reason
        state.value.phase = .ending(stream)
        state.value.deadline = nil
        guard let engine = state.value.engine else { return }
        engine.finish()
        stream.write(engine.takeOutput())
    }

    private func handle(_ event: TCPStream.Event) {
        switch event {
        case .received(let bytes): didReceive(bytes)
        case .ended: didEnd()
        case .drained: if isOpen, state.value.unsealed.isEmpty { state.value.onEvent?(.drained) }
        case .closed(let error): didClose(state.value.reason ?? error.map { .broken($0) } ?? .closedHere)
        }
    }

    private func didReceive(_ bytes: [UInt8]) {
        switch state.value.phase {
        case .shakingHands(let stream), .open(let stream):
            guard let engine = state.value.engine else { return follow(delivering: bytes) }
            let plain = engine.receive(bytes)
            stream.write(engine.takeOutput())
            if engine.hasBeenOpen { follow(peerPin: engine.peerPin, delivering: plain) }
            if case .closed(let error) = engine.state { finish(error.map { .insecure($0) } ?? .closedByPeer) }
        case .fresh, .dialling, .ending, .closed: break
        }
    }

    /// Tells the owner that the connection is open, unless it knows, and what came in.
    private func follow(peerPin: Digest? = nil, delivering bytes: [UInt8]) {
        didOpen(peerPin: peerPin)
        // On hearing of the one the owner may have closed the connection.
        if isOpen, !bytes.isEmpty { state.value.onEvent?(.received(bytes)) }
    }

    private func didOpen(peerPin: Digest?) {
        guard case .shakingHands(let stream) = state.value.phase else { return }
        state.value.phase = .open(stream)
        state.value.deadline = nil
        state.value.onEvent?(.open(peerPin: peerPin))
    }

    private func didEnd() {
        state.value.engine?.endInput()
        switch state.value.engine?.state {
        case .closed(let error?): finish(.insecure(error))
        case .closed(nil), .handshaking, .open, nil: finish(.closedByPeer)
        }
    }

    private func didClose(_ reason: CloseReason) {
        let onEvent = state.value.onEvent
        let onGone = state.value.onGone
        state.value.phase = .closed
        state.value.onEvent = nil
        state.value.onGone = nil
        state.value.engine = nil
        state.value.deadline = nil
        onGone?()
        onEvent?(.closed(reason))
    }
}

/// Encryption at the end of the turn.
extension Connection {
    func gather(_ bytes: [UInt8]) {
        guard state.value.unsealed.isEmpty else { return state.value.unsealed.append(contentsOf: bytes) }
        state.value.unsealed = bytes
        if !bytes.isEmpty { loop.atEndOfTurn { self.endTurn() } }
    }

    /// Encrypts what was gathered and hands it to the stream.
    func seal() {
        guard case .open(let stream) = state.value.phase, let engine = state.value.engine else { return }
        let plain = state.value.unsealed
        state.value.unsealed = []
        engine.send(plain)
        stream.write(engine.takeOutput())
    }

    private func endTurn() {
        seal()
        if case .closed(let error?) = state.value.engine?.state { finish(.insecure(error)) }
    }
}
