import Hummingbird

/// What a request carries beside its text: how to end its connection.
struct InspectionContext: RequestContext {
    var coreContext: CoreRequestContextStorage
    /// Closes the connection, at once and from any thread.
    let disconnect: @Sendable () -> Void

    init(source: ApplicationRequestContextSource) {
        coreContext = CoreRequestContextStorage(source: source)
        let channel = source.channel
        disconnect = { channel.close(promise: nil) }
    }
}
