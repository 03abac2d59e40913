import Wire

/// A digest in a fixed layout: its 32 bytes.
extension Reader {
    /// Reads 32 bytes as a digest.
    public mutating func readDigest() throws(WireError) -> Digest {
        guard let digest = Digest(bytes: try readFixed(32)) else { preconditionFailure("32 bytes are a digest") }
        return digest
    }
}
