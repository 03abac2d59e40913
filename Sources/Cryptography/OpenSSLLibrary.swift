import COpenSSL

/// OpenSSL as a process has it.
enum OpenSSLLibrary {
    /// Called before anything else of OpenSSL. At a process's end OpenSSL frees what threads have of it, and a thread that is ending at that
    /// moment frees the same: so it is told not to, since the system takes everything back anyway.
    static func prepare() {
        precondition(isPrepared, "OpenSSL can be set up")
    }

    private static let isPrepared = OPENSSL_init_crypto(UInt64(OPENSSL_INIT_NO_ATEXIT), nil) == 1
}
