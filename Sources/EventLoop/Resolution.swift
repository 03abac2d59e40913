import CLibuv

/// Asks the system for the addresses of a name, which may take seconds: on the pool, unless it is an address already.
enum Resolution {
    /// Calls `body` with the addresses of `wanted`, at least one, on the loop; at once where no name has to be resolved.
    static func resolve(
        _ wanted: SocketAddress, on loop: EventLoop,
        then body: @escaping @Sendable (Result<[BinaryAddress], LoopError>) -> Void
    ) {
        if let binary = wanted.binary { return body(.success([binary])) }
        let question = Question(wanted: wanted, body: body)
        let request = UnsafeMutablePointer<uv_getaddrinfo_t>.allocate(capacity: 1)
        unsafe request.pointee.data = Unmanaged.passRetained(question).toOpaque()
        var hints = unsafe Self.hints
        // Safety: libuv copies name and hints. Request and question are given back in the callback, which it calls once, or here.
        let status = unsafe uv_getaddrinfo(
            loop.pointer, request,
            { request, status, list in
                guard let request = unsafe request, let data = unsafe request.pointee.data else { return }
                let question = unsafe Unmanaged<Question>.fromOpaque(data).takeRetainedValue()
                unsafe request.deallocate()
                unsafe question.body(Resolution.addresses(status, list, of: question.wanted))
            }, wanted.host, String(wanted.port), &hints)
        guard status != 0 else { return }
        unsafe request.deallocate()
        unsafe Unmanaged.passUnretained(question).release()
        body(.failure(LoopError(code: status, during: .resolve, at: wanted)))
    }

    /// The first address of `wanted`; waits for the name service. For the addresses that a program is configured to listen on.
    static func resolveNow(_ wanted: SocketAddress, on loop: EventLoop) throws(LoopError) -> BinaryAddress {
        if let binary = wanted.binary { return binary }
        var request = unsafe uv_getaddrinfo_t()
        var hints = unsafe Self.hints
        // Safety: without a callback libuv answers in the request, which lives until then.
        let status = unsafe uv_getaddrinfo(loop.pointer, &request, nil, wanted.host, String(wanted.port), &hints)
        let found = unsafe addresses(status, request.addrinfo, of: wanted)
        guard let first = try found.get().first else {
            throw LoopError(code: UV_EAI_NONAME.rawValue, during: .resolve, at: wanted)
        }
        return first
    }

    private static var hints: addrinfo {
        var hints = unsafe addrinfo()
        unsafe hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        return unsafe hints
    }

    /// Takes over `list`.
    private static func addresses(
        _ status: Int32, _ list: UnsafeMutablePointer<addrinfo>?, of wanted: SocketAddress
    ) -> Result<[BinaryAddress], LoopError> {
        defer { unsafe uv_freeaddrinfo(list) }
        guard status == 0 else { return .failure(LoopError(code: status, during: .resolve, at: wanted)) }
        var found: [BinaryAddress] = []
        var next = unsafe list
        // Safety: the system's list ends with nil; each address in it is copied.
        while let entry = unsafe next, found.count < LoopLimits.addressesPerName {
            if let address = unsafe BinaryAddress(copying: entry.pointee.ai_addr) { found.append(address) }
            unsafe next = entry.pointee.ai_next
        }
        guard !found.isEmpty else {
            return .failure(LoopError(code: UV_EAI_NONAME.rawValue, during: .resolve, at: wanted))
        }
        return .success(found)
    }
}

private final class Question: Sendable {
    let wanted: SocketAddress
    let body: @Sendable (Result<[BinaryAddress], LoopError>) -> Void

    init(wanted: SocketAddress, body: @escaping @Sendable (Result<[BinaryAddress], LoopError>) -> Void) {
        self.wanted = wanted
        self.body = body
    }
}
