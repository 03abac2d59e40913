/// Why something a vehicle sent was not accepted. Counted by `label`, and told to the sender.
public enum Refusal: Error, Hashable, Sendable {
    /// The bytes are not a message of this kind.
    case malformed
    /// More bytes than the kind of message may have.
    case oversized
    /// A field has no meaning or is outside `TelemetryLimits`.
    case outOfBounds(field: String)
    /// The bytes are a log entry, but not in its one encoding.
    case notCanonical
    /// The signature is not the claimed key's over these bytes for this purpose and this committee.
    case badSignature
    /// No certificate is known under the digest, or its authority does not stand in the committee's configuration.
    case uncertified
    /// The certificate's time has not come.
    case certificateNotYetValid
    /// The certificate's time is over.
    case certificateExpired
    /// The authority ended the certificate.
    case revoked
    /// Signed too long ago: sign the same sequence and items again with the present time.
    case stale
    /// Signed in the future.
    case future
    /// The sequence lies so far back that a repeat could not be told from a new report.
    case belowWindow
    /// No round of the model is open under that number: it is over, has not begun, or there is no such model.
    case roundNotOpen
    /// The update builds on another version than the round's base.
    case wrongBase
    /// The update's norm is above the round's bound.
    case normExceeded
    /// The vehicle has another update in the round already.
    case secondUpdate
    /// More than the vehicle's share.
    case rateExceeded
    /// The validator has no room: try again, or elsewhere.
    case busy
}

extension Refusal {
    /// What a sender can do about it.
    public enum Remedy: Hashable, Sendable {
        /// Sign the same sequence and items again with the present time.
        case signAgain
        /// Send the same bytes later or to another validator.
        case retry
        /// Nothing: the same content will be refused again.
        case none
    }

    /// What the sender can do about it.
    public var remedy: Remedy {
        switch self {
        case .stale, .future: .signAgain
        case .rateExceeded, .busy, .certificateNotYetValid: .retry
        case .malformed, .oversized, .outOfBounds, .notCanonical, .badSignature, .uncertified, .certificateExpired,
            .revoked, .belowWindow, .roundNotOpen, .wrongBase, .normExceeded, .secondUpdate:
            .none
        }
    }

    /// The name under which metrics count it, and with which an answer's reason string begins.
    public var label: String {
        switch self {
        case .malformed: "malformed"
        case .oversized: "oversized"
        case .outOfBounds: "out_of_bounds"
        case .notCanonical: "not_canonical"
        case .badSignature: "bad_signature"
        case .uncertified: "uncertified"
        case .certificateNotYetValid: "certificate_not_yet_valid"
        case .certificateExpired: "certificate_expired"
        case .revoked: "revoked"
        case .stale: "stale"
        case .future: "future"
        case .belowWindow: "below_window"
        case .roundNotOpen: "round_not_open"
        case .wrongBase: "wrong_base"
        case .normExceeded: "norm_exceeded"
        case .secondUpdate: "second_update"
        case .rateExceeded: "rate_exceeded"
        case .busy: "busy"
        }
    }

    /// Every refusal; of those that name a field, one with an empty name.
    public static let all: [Refusal] = [
        .malformed, .oversized, .outOfBounds(field: ""), .notCanonical, .badSignature, .uncertified,
        .certificateNotYetValid, .certificateExpired, .revoked, .stale, .future, .belowWindow, .roundNotOpen,
        .wrongBase,
        .normExceeded, .secondUpdate, .rateExceeded, .busy,
    ]

    /// The refusal that a reason string tells: `label`, or `label: ` and anything. The field's name is not recovered.
    public init?(reason: String) {
        let label = reason.prefix { $0 != ":" }
        guard let refusal = Refusal.all.first(where: { $0.label == label }) else { return nil }
        self = refusal
    }

    /// What an answer says: the label for programs, then words for people.
    public var reason: String { "\(label): \(description)" }
}

extension Refusal: CustomStringConvertible {
    /// The reason in words.
    public var description: String {
        switch self {
        case .malformed: "not a message of this kind"
        case .oversized: "more bytes than allowed"
        case .outOfBounds(let field): "field \(field) is out of bounds"
        case .notCanonical: "not the one encoding of its value"
        case .badSignature: "the signature does not cover these bytes"
        case .uncertified: "no certificate of a known authority"
        case .certificateNotYetValid: "the certificate is not valid yet"
        case .certificateExpired: "the certificate is no longer valid"
        case .revoked: "the certificate was revoked"
        case .stale: "signed too long ago; sign it again with the present time"
        case .future: "signed in the future; check the clock"
        case .belowWindow: "the sequence is too far below the highest one seen"
        case .roundNotOpen: "no such round is open"
        case .wrongBase: "trained on another version than the round's"
        case .normExceeded: "the update's norm is above the round's bound"
        case .secondUpdate: "another update of this vehicle counts already"
        case .rateExceeded: "too many; send it again later"
        case .busy: "no room; send it again later or elsewhere"
        }
    }
}
