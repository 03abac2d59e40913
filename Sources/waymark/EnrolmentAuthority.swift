import Cryptography
import Telemetry
import VehicleKit
import Wire

/// Who certifies vehicles' keys and ends certificates. It needs its own key and the committee's chain id, never a running validator.
struct EnrolmentAuthority {
    let key: SigningKey
    let chain: Digest

    /// The identity of a vehicle whose key is certified from `start`, less a minute for slow clocks, for `days`.
    func enrol(_ vehicle: SigningKey, from start: Timestamp, days: UInt64) -> VehicleIdentity {
        VehicleIdentity(
            chain: chain, key: vehicle, certificate: certify(vehicle.publicKey, from: start, days: days))
    }

    /// The certificate of a vehicle's public key.
    func certify(_ vehicle: PublicKey, from start: Timestamp, days: UInt64) -> Signed<EnrolmentCertificate> {
        EnrolmentCertificate(
            vehicleKey: vehicle, notBefore: start - 60_000, notAfter: start + days * 86_400_000,
            authorityKey: key.publicKey
        ).signed(by: key, chain: chain)
    }

    /// The signed revocation of a certificate, as it is published.
    func revoke(_ certificate: Digest, at time: Timestamp) -> [UInt8] {
        let revocation = Revocation(
            certificateDigest: certificate, time: time, salt: SecureRandom.bytes(32), authorityKey: key.publicKey)
        return revocation.signed(by: key, chain: chain).envelope()
    }
}
