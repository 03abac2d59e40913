import Synchronization

/// A value that one thread replaces and any thread reads: the last one that was set. For what others only look at, such as metrics.
public final class Latest<Value: Sendable>: Sendable {
    private let stored: Mutex<Value>

    /// Holds `value` until another is set.
    public init(_ value: Value) {
        stored = Mutex(value)
    }

    /// The last value that was set.
    public var value: Value {
        get { stored.withLock { $0 } }
        set { stored.withLock { $0 = newValue } }
    }
}
