import Cryptography
import Wire

/// Signatures of several validators over the same message: a bit for each signer, then their signatures in the order of the signers.
///
/// The number of signatures is the number of bits, so that a set has one encoding.
public struct SignatureSet: Hashable, Sendable {
    /// Bit i stands for validator i.
    public let signers: UInt128
    private let signatures: [Signature]

    /// The set of what each validator signed.
    init(_ signatures: [ValidatorIndex: Signature]) {
        let ordered = signatures.sorted { $0.key < $1.key }
        signers = ordered.reduce(0) { $0 | 1 << UInt128($1.key) }
        self.signatures = ordered.map(\.value)
    }

    /// How many signed.
    public var count: Int { signatures.count }

    /// Who signed, the lowest first.
    public var indices: [ValidatorIndex] {
        var indices: [ValidatorIndex] = []
        indices.reserveCapacity(signatures.count)
        var left = signers
        while left != 0 {
            indices.append(left.trailingZeroBitCount)
            left &= left - 1
        }
        return indices
    }

    /// What `signer` signed with; nil where it did not.
    subscript(signer: ValidatorIndex) -> Signature? {
        let bit = UInt128(1) << UInt128(signer)
        return signers & bit == 0 ? nil : signatures[(signers & (bit - 1)).nonzeroBitCount]
    }

    /// Whether at least `threshold` validators signed, all of them members, each with a good signature. Costs a verification each, but for
    /// those who are `known` to have signed with this very signature.
    func verifies(
        _ message: @autoclosure () -> [UInt8], by committee: Committee, atLeast threshold: Int, known: UInt128 = 0
    ) -> Bool {
        let indices = indices
        guard indices.count >= threshold, indices.allSatisfy(committee.contains) else { return false }
        guard signers & ~known != 0 else { return true }
        let message = message()
        return zip(indices, signatures).allSatisfy { signer, signature in
            known >> UInt128(signer) & 1 == 1 || committee.verifies(signature, over: message, by: signer)
        }
    }
}

extension SignatureSet: Layout {
    /// Reads the bits and as many signatures.
    public init(reading reader: inout Reader) throws(WireError) {
        signers = try reader.read(UInt128.self)
        var signatures: [Signature] = []
        for _ in 0..<signers.nonzeroBitCount { signatures.append(try reader.readSignature()) }
        self.signatures = signatures
    }

    /// Writes the bits and the signatures.
    public func write(into writer: inout Writer) {
        writer.write(signers)
        for signature in signatures { writer.write(signature) }
    }
}
