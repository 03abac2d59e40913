import COpenSSL

/// An X.509 certificate in OpenSSL's form, freed with the value.
@safe struct Certificate: ~Copyable {
    let raw: OpaquePointer

    /// Takes over `raw`.
    init(owning raw: OpaquePointer) {
        unsafe self.raw = raw
    }

    init(pem: String) throws(TLSError) {
        let text = try MemoryBIO.holding(pem)
        guard let raw = unsafe PEM_read_bio_X509(text.raw, nil, { _, _, _, _ in -1 }, nil) else {
            throw .ofIdentity("not a certificate in PEM")
        }
        unsafe self.raw = raw
    }

    /// A certificate for `key`, signed by `key`, of X.509 version 3.
    static func selfSigned(
        by key: borrowing PrivateKey, commonName: String, hosts: [String]
    ) throws(TLSError) -> Certificate {
        guard let raw = unsafe X509_new() else { throw .ofIdentity("no memory") }
        let certificate = unsafe Certificate(owning: raw)
        try certificate.setNames(commonName)
        try certificate.setValidity()
        try certificate.setExtensions(hosts)
        guard unsafe X509_set_pubkey(raw, key.raw) == 1, unsafe X509_sign(raw, key.raw, EVP_sha256()) > 0 else {
            throw .ofIdentity("the certificate cannot be signed")
        }
        return certificate
    }

    deinit {
        unsafe X509_free(raw)
    }

    func pem() throws(TLSError) -> String {
        let text = try MemoryBIO()
        guard unsafe PEM_write_bio_X509(text.raw, raw) == 1 else {
            throw .ofIdentity("the certificate cannot be written")
        }
        return text.text()
    }

    func belongs(to key: borrowing PrivateKey) -> Bool {
        let belongs = unsafe X509_check_private_key(raw, key.raw) == 1
        ERR_clear_error()
        return belongs
    }

    /// SHA-256 of the DER SubjectPublicKeyInfo.
    func pin() throws(TLSError) -> Digest {
        guard let pin = unsafe Self.pin(of: raw) else { throw .ofIdentity("the certificate has no key") }
        return pin
    }

    /// The pin of a certificate that someone else owns; nil where it has no key in a known form.
    static func pin(of raw: OpaquePointer) -> Digest? {
        // Safety: OpenSSL allocates the encoding and we free it; its count is the return value.
        var encoding: UnsafeMutablePointer<UInt8>?
        let count = unsafe i2d_X509_PUBKEY(X509_get_X509_PUBKEY(raw), &encoding)
        guard count > 0, let start = unsafe encoding else { return nil }
        defer { unsafe CRYPTO_free(start, "", 0) }
        return unsafe Digest.sha256(Array(UnsafeBufferPointer(start: start, count: Int(count))))
    }

    private func setNames(_ commonName: String) throws(TLSError) {
        let serial = 1 + SecureRandom.number(below: 1 << 63)
        guard unsafe X509_set_version(raw, 2) == 1,
            unsafe ASN1_INTEGER_set_uint64(X509_get_serialNumber(raw), serial) == 1,
            let name = unsafe X509_get_subject_name(raw),
            unsafe X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_UTF8, commonName, -1, -1, 0) == 1,
            unsafe X509_set_issuer_name(raw, name) == 1
        else { throw .ofIdentity("the name \(commonName) cannot stand in a certificate") }
    }

    // RFC 5280, 4.1.2.5: the second date says that there is no well-defined end.
    private func setValidity() throws(TLSError) {
        guard unsafe ASN1_TIME_set_string_X509(X509_getm_notBefore(raw), "20200101000000Z") == 1,
            unsafe ASN1_TIME_set_string_X509(X509_getm_notAfter(raw), "99991231235959Z") == 1
        else { throw .ofIdentity("the dates cannot be set") }
    }

    private func setExtensions(_ hosts: [String]) throws(TLSError) {
        try add(NID_basic_constraints, "critical,CA:FALSE")
        try add(NID_key_usage, "critical,digitalSignature")
        try add(NID_ext_key_usage, "serverAuth,clientAuth")
        guard !hosts.isEmpty else { return }
        // The text is a small language of OpenSSL's: no host may say anything else in it.
        for host in hosts where host.isEmpty || !host.utf8.allSatisfy(Self.isHostSymbol) {
            throw .badIdentity("\(host) is no host")
        }
        let names = hosts.map { host in
            (host.contains(":") || host.utf8.allSatisfy { Self.isDigitOrDot($0) }) ? "IP:\(host)" : "DNS:\(host)"
        }
        try add(NID_subject_alt_name, names.joined(separator: ","))
    }

    private func add(_ kind: Int32, _ value: String) throws(TLSError) {
        guard let part = unsafe X509V3_EXT_conf_nid(nil, nil, kind, value) else {
            throw .ofIdentity("the certificate cannot say \(value)")
        }
        defer { unsafe X509_EXTENSION_free(part) }
        guard unsafe X509_add_ext(raw, part, -1) == 1 else { throw .ofIdentity("no memory") }
    }

    private static func isDigitOrDot(_ symbol: UInt8) -> Bool {
        (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(symbol) || symbol == UInt8(ascii: ".")
    }

    private static func isHostSymbol(_ symbol: UInt8) -> Bool {
        switch symbol {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"): true
        case UInt8(ascii: "-"), UInt8(ascii: ":"), UInt8(ascii: "*"): true
        default: isDigitOrDot(symbol)
        }
    }
}
