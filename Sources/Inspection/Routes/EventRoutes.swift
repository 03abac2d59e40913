import Hummingbird

/// `/events`: the validator's notices as Server-Sent Events (`EventText`), each watcher at its own pace.
struct EventRoutes: Sendable {
    let hub: Hub
    let map: InspectionMap?
    let now: @Sendable () -> UInt64

    func addRoutes(to router: Router<InspectionContext>) {
        router.head("/events") { _, _ in Response(status: .ok, headers: headers) }
        router.get("/events") { request, context in try await events(request, context) }
    }

    private var headers: HTTPFields {
        [.contentType: "text/event-stream; charset=utf-8", .cacheControl: "no-store"]
    }

    private func events(_ request: Request, _ context: InspectionContext) async throws -> Response {
        _ = try Query(request)
        guard await hub.hasRoom() else {
            throw Rejection.unavailable(reason: "too many pages follow the events already")
        }
        // The place is taken only once the body is written: a connection that dies before leaves none behind.
        let body = ResponseBody { writer in try await serve(&writer, disconnect: context.disconnect) }
        return Response(status: .ok, headers: headers, body: body)
    }

    private func serve(
        _ writer: inout any ResponseBodyWriter, disconnect: @escaping @Sendable () -> Void
    ) async throws {
        guard let seat = await hub.join(now: now(), disconnect: disconnect) else { return try await writer.finish(nil) }
        do {
            for await _ in seat.bell {
                let batch = await hub.take(seat.number, now: now())
                try await writer.write(ByteBuffer(bytes: try EventText.encode(batch, on: map)))
                // What happens meanwhile waits in the outbox, where the latest state replaces the one before.
                try await Task.sleep(for: .milliseconds(InspectionLimits.batchMilliseconds))
            }
        } catch {
            await hub.leave(seat.number)
            throw error
        }
        await hub.leave(seat.number)
        try await writer.finish(nil)
    }
}
