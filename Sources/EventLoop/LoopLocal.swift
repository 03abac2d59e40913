/// State that belongs to a loop's thread. It can be held and passed anywhere, and read or changed on that thread only: each access checks it.
///
/// This is how objects outside this module that live on a loop (a connection, a mesh of peers) are Sendable without a lock and without
/// claims that the compiler cannot check.
public final class LoopLocal<Value>: @unchecked Sendable {
    /// Whose thread the value belongs to.
    public let loop: EventLoop
    private var stored: Value

    /// `value`, which from now on belongs to `loop`.
    public init(_ value: sending Value, on loop: EventLoop) {
        self.loop = loop
        stored = value
    }

    /// The value. On the loop only.
    public var value: Value {
        _read {
            loop.checkIsolated()
            yield stored
        }
        _modify {
            loop.checkIsolated()
            yield &stored
        }
    }
}
