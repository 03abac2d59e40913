import Wire

/// Why bytes or numbers are no part of the perception model.
public enum ModelError: Error, Hashable, Sendable {
    /// The bytes are no such file: cut short, too long, or with a field that means nothing.
    case malformed(WireError)
    /// The first four bytes are another file's.
    case otherFormat(UInt32)
    /// The file is of a network of another shape.
    case otherShape(inputs: Int, hidden: Int, outputs: Int)
    /// A vector has another length than the model's.
    case wrongLength(expected: Int, found: Int)
    /// More samples than a file may hold, or none.
    case sampleCount(found: Int, limit: Int)
    /// A sample's label is no surface.
    case unknownSurface(UInt8, sample: Int)
    /// A window of acceleration has too few values or too many.
    case windowLength(found: Int)
    /// A value is not a number, or beyond what is possible there.
    case notPlausible(index: Int)
}

extension ModelError: CustomStringConvertible {
    /// The reason in words, for a log line or an answer.
    public var description: String {
        switch self {
        case .malformed(let error): "\(error)"
        case .otherFormat(let mark): "another format: mark \(mark)"
        case .otherShape(let inputs, let hidden, let outputs): "another shape: \(inputs)-\(hidden)-\(outputs)"
        case .wrongLength(let expected, let found): "\(found) values, not \(expected)"
        case .sampleCount(let found, let limit): "\(found) samples: 1 to \(limit) are possible"
        case .unknownSurface(let label, let sample): "sample \(sample) is of surface \(label), which is unknown"
        case .windowLength(let found):
            "a window of \(found) values, not of \(SurfaceFeatures.windowLengths.lowerBound) "
                + "to \(SurfaceFeatures.windowLengths.upperBound)"
        case .notPlausible(let index): "value \(index) is no number or beyond what is possible"
        }
    }

    /// What `read` gives, its error told as ours.
    static func wire<Value>(_ read: () throws(WireError) -> Value) throws(ModelError) -> Value {
        do {
            return try read()
        } catch {
            throw .malformed(error)
        }
    }
}
