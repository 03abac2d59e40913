import CLibuv

extension EventLoop {
    /// Lets the process open as many files and sockets as it is allowed to ask for; how many these are. A server calls this once: the usual
    /// 1,024 are too few for a thousand vehicles.
    @discardableResult
    public static func raiseDescriptorLimit() -> UInt64 {
        UInt64(waymark_raise_descriptors())
    }
}
