import EventLoop

/// Runs `body` with a loop on a thread of its own, which has ended when this returns.
func withLoop<Value>(_ body: (EventLoop) async throws -> Value) async throws -> Value {
    let loop = try EventLoop.spawn(name: "test")
    do {
        let value = try await body(loop)
        loop.stop()
        await loop.waitUntilStopped()
        return value
    } catch {
        loop.stop()
        await loop.waitUntilStopped()
        throw error
    }
}
