import COpenSSL

/// Who one is on a TLS connection: a P-256 key and a certificate that the key signed itself.
///
/// Nobody issues these certificates and nobody reads their names: peers know each other by the *pin*, the SHA-256 of the key's
/// SubjectPublicKeyInfo, which stands in the committee's configuration. A certificate can be made anew for the same key and keeps its pin.
public struct TLSIdentity: Hashable, Sendable {
    /// The certificate, as PEM.
    public let certificatePEM: String
    /// The secret key, as PEM (PKCS #8, not encrypted).
    public let keyPEM: String
    /// SHA-256 of the DER SubjectPublicKeyInfo.
    public let pin: Digest

    /// The identity in two PEM texts, if the key is the certificate's.
    public init(certificatePEM: String, keyPEM: String) throws(TLSError) {
        let certificate = try Certificate(pem: certificatePEM)
        let key = try PrivateKey(pem: keyPEM)
        guard certificate.belongs(to: key) else { throw .badIdentity("the key is not the certificate's") }
        self.certificatePEM = certificatePEM
        self.keyPEM = keyPEM
        pin = try certificate.pin()
    }

    /// A fresh key and certificate. `hosts` are the names and IP addresses that ordinary TLS clients, which know nothing of pins, may
    /// expect in it. It does not expire: whom to trust until when is the configuration's decision.
    public static func generate(commonName: String, hosts: [String] = []) throws(TLSError) -> TLSIdentity {
        let key = try PrivateKey()
        let certificate = try Certificate.selfSigned(by: key, commonName: commonName, hosts: hosts)
        return try TLSIdentity(certificatePEM: certificate.pem(), keyPEM: key.pem())
    }
}
