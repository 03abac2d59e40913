import Wire

/// What time it is by the log: the last block that the watchers know, with the state that belongs to it.
struct LogClock: Sendable {
    let hub: Hub
    let status: @Sendable () -> StatusSnapshot

    /// A point in the log's life.
    struct Head: Equatable {
        var height: UInt64
        var size: UInt64
    }

    /// The state that the notices add up to, and the head that it belongs to.
    func present() async -> (Present, Head) {
        let present = await hub.present
        if let block = present.blocks.last { return (present, Head(height: block.height, size: block.size)) }
        // No block since the start: the state is the one that the validator started with.
        let status = status()
        return (present, Head(height: status.height, size: status.size))
    }

    /// Log time: the last block's.
    func logTime() async -> Timestamp {
        await hub.present.blocks.last?.time ?? status().logTime
    }

    /// Waits until the state has reached the `size` that the request names, if it names one: so whoever holds a receipt finds what it
    /// is about.
    func wait(for query: Query) async throws {
        guard let size = try query.number("size", in: 0...UInt64.max) else { return }
        try await LogClock.wait { await present().1.size >= size }
    }

    /// Asks until it is so, for a second at most.
    static func wait(until isThere: () async throws -> Bool) async throws {
        let pause: UInt64 = 20
        for _ in 0..<InspectionLimits.sizeWaitMilliseconds / pause {
            if try await isThere() { return }
            try await Task.sleep(for: .milliseconds(pause))
        }
        guard try await isThere() else { throw Rejection.unavailable(reason: "the log has not grown to this size yet") }
    }
}
