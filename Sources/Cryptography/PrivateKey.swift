import COpenSSL

/// OpenSSL's form of a secret key, freed with the value.
@safe struct PrivateKey: ~Copyable {
    let raw: OpaquePointer

    /// A fresh P-256 key.
    init() throws(TLSError) {
        OpenSSLLibrary.prepare()
        guard let raw = unsafe waymark_p256_key() else { throw .ofIdentity("no key") }
        unsafe self.raw = raw
    }

    init(pem: String) throws(TLSError) {
        let text = try MemoryBIO.holding(pem)
        // Safety: an encrypted key would ask for its password on the terminal; this callback has none.
        let raw = unsafe PEM_read_bio_PrivateKey(text.raw, nil, { _, _, _, _ in -1 }, nil)
        guard let raw = unsafe raw else { throw .ofIdentity("not a key in PEM") }
        unsafe self.raw = raw
    }

    deinit {
        unsafe EVP_PKEY_free(raw)
    }

    func pem() throws(TLSError) -> String {
        let text = try MemoryBIO()
        guard unsafe PEM_write_bio_PKCS8PrivateKey(text.raw, raw, nil, nil, 0, nil, nil) == 1 else {
            throw .ofIdentity("the key cannot be written")
        }
        return text.text()
    }
}

/// A memory BIO of OpenSSL's: a growing buffer, freed with the value.
@safe struct MemoryBIO: ~Copyable {
    let raw: OpaquePointer

    init() throws(TLSError) {
        OpenSSLLibrary.prepare()
        guard let raw = unsafe waymark_memory_bio() else { throw .ofIdentity("no memory") }
        unsafe self.raw = raw
    }

    /// A BIO from which `text` can be read.
    static func holding(_ text: String) throws(TLSError) -> MemoryBIO {
        let bio = try MemoryBIO()
        let bytes = Array(text.utf8)
        // Safety: OpenSSL copies the bytes during the call.
        guard let count = Int32(exactly: bytes.count), unsafe BIO_write(bio.raw, bytes, count) == count else {
            throw .ofIdentity("no text")
        }
        return bio
    }

    deinit {
        unsafe BIO_free(raw)
    }

    /// Everything that was written and not yet read.
    func text() -> String {
        var bytes = [UInt8](repeating: 0, count: unsafe BIO_ctrl_pending(raw))
        // Safety: OpenSSL writes at most as many bytes as the array has.
        unsafe BIO_read(raw, &bytes, Int32(bytes.count))
        return String(decoding: bytes, as: UTF8.self)
    }
}
