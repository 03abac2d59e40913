import CLibuv

/// Where a socket is: an IP address in text, or a name that is still to be resolved, and a port.
public struct SocketAddress: Hashable, Sendable {
    /// An IPv4 or IPv6 address, or a name.
    public var host: String
    /// 0 to 65535; 0 asks the system for a free one where one listens.
    public var port: UInt16

    /// The address of `port` at `host`.
    public init(host: String, port: UInt16) {
        self.host = host
        self.port = port
    }

    /// The address in the form that the system wants; nil where `host` is a name.
    var binary: BinaryAddress? {
        var storage = sockaddr_storage()
        // Safety: either layout fits the storage, which is made for it.
        let isParsed = unsafe withUnsafeMutableBytes(of: &storage) { bytes in
            guard let start = bytes.baseAddress else { return false }
            return unsafe uv_ip4_addr(host, Int32(port), start.assumingMemoryBound(to: sockaddr_in.self)) == 0
                || uv_ip6_addr(host, Int32(port), start.assumingMemoryBound(to: sockaddr_in6.self)) == 0
        }
        return isParsed ? BinaryAddress(storage: storage) : nil
    }
}

extension SocketAddress: CustomStringConvertible {
    /// `host:port`, with brackets around an IPv6 address.
    public var description: String { host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)" }
}

/// A socket address in the system's own layout.
struct BinaryAddress: Sendable {
    var storage: sockaddr_storage

    init(storage: sockaddr_storage) {
        self.storage = storage
    }

    /// A copy of the address that `raw` points to, if it is an IP address.
    init?(copying raw: UnsafePointer<sockaddr>?) {
        guard let raw = unsafe raw else { return nil }
        let count: Int
        switch unsafe Int32(raw.pointee.sa_family) {
        case AF_INET: count = MemoryLayout<sockaddr_in>.size
        case AF_INET6: count = MemoryLayout<sockaddr_in6>.size
        default: return nil
        }
        storage = sockaddr_storage()
        // Safety: an address of that family has `count` bytes, and the storage more.
        unsafe withUnsafeMutableBytes(of: &storage) {
            unsafe $0.copyMemory(from: UnsafeRawBufferPointer(start: raw, count: count))
        }
    }

    /// The address that `ask` writes, given the count of bytes it may write; nil where it answers with an error.
    init?(asking ask: (UnsafeMutablePointer<sockaddr>, UnsafeMutablePointer<Int32>) -> Int32) {
        storage = sockaddr_storage()
        var count = Int32(MemoryLayout<sockaddr_storage>.size)
        // Safety: the storage is made for every kind of address, and its size is what `ask` is told.
        let status = unsafe withUnsafeMutablePointer(to: &storage) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { unsafe ask($0, &count) }
        }
        guard status == 0 else { return nil }
    }

    /// Calls `body` with the address as C wants it.
    func withPointer<Result>(_ body: (UnsafePointer<sockaddr>) -> Result) -> Result {
        // Safety: every socket address begins with the fields of `sockaddr`.
        unsafe withUnsafePointer(to: storage) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { unsafe body($0) }
        }
    }

    /// The address in text.
    var address: SocketAddress {
        // Safety: libuv writes the text with its zero at the end into at most 64 bytes, and the longest IPv6 address has 45.
        let host = unsafe withUnsafeTemporaryAllocation(of: CChar.self, capacity: 64) { buffer -> String in
            guard let start = buffer.baseAddress else { return "" }
            unsafe start.initialize(repeating: 0, count: 64)
            unsafe withPointer { _ = unsafe uv_ip_name($0, start, 64) }
            return unsafe String(cString: start)
        }
        return SocketAddress(host: host, port: port)
    }

    // The port stands at the same place in both layouts.
    private var port: UInt16 {
        unsafe withUnsafeBytes(of: storage) { bytes in
            unsafe bytes.loadUnaligned(fromByteOffset: 2, as: UInt16.self).bigEndian
        }
    }
}
