import Wire

/// The samples by which validators judge a version: a file that all of them have and no vehicle ever gets.
///
///     mark: UInt32 = "WHO" and 1
///     samples: UInt32 count, 1 to 65,536, then surface: UInt8, features: 38 × Int16 with 8 fraction bits
public struct HoldOut: Hashable, Sendable {
    private static let mark: UInt32 = 0x5748_4F01
    /// Samples at most: the file is then 5 MB.
    public static let maximumSamples = 65_536

    /// The samples, in the order of the file.
    public let samples: [LabelledFeatures]

    /// A hold-out of 1 to 65,536 samples.
    public init(samples: [LabelledFeatures]) throws(ModelError) {
        guard (1...HoldOut.maximumSamples).contains(samples.count) else {
            throw .sampleCount(found: samples.count, limit: HoldOut.maximumSamples)
        }
        self.samples = samples
    }

    /// How many of the samples `model` tells right, in exact integers.
    public func score(_ model: PerceptionModel) -> (correct: UInt32, total: UInt32) {
        var correct: UInt32 = 0
        for sample in samples where model.classify(sample.features) == sample.surface { correct += 1 }
        return (correct, UInt32(samples.count))
    }

    /// The file's bytes: 8, and 77 a sample.
    public func encoded() -> [UInt8] {
        var writer = Writer(capacity: 8 + samples.count * (1 + 2 * SurfaceFeatures.count))
        writer.write(HoldOut.mark)
        writer.write(each: samples) { writer, sample in
            writer.write(sample.surface.rawValue)
            for feature in sample.features { writer.write(feature) }
        }
        return writer.bytes
    }

    /// The hold-out of these bytes. Refuses what `encoded()` cannot have written.
    public init(decoding bytes: [UInt8]) throws(ModelError) {
        var reader = Reader(bytes)
        let mark = try ModelError.wire { () throws(WireError) in try reader.read(UInt32.self) }
        guard mark == HoldOut.mark else { throw .otherFormat(mark) }
        let count = try ModelError.wire { () throws(WireError) in Int(try reader.read(UInt32.self)) }
        guard (1...HoldOut.maximumSamples).contains(count) else {
            throw .sampleCount(found: count, limit: HoldOut.maximumSamples)
        }
        var samples: [LabelledFeatures] = []
        // A lying count cannot reserve more than was received.
        samples.reserveCapacity(min(count, reader.left / (1 + 2 * SurfaceFeatures.count)))
        for index in 0..<count { samples.append(try HoldOut.readSample(index, &reader)) }
        try ModelError.wire { () throws(WireError) in try reader.finish() }
        try self.init(samples: samples)
    }

    private static func readSample(_ index: Int, _ reader: inout Reader) throws(ModelError) -> LabelledFeatures {
        let label = try ModelError.wire { () throws(WireError) in try reader.read(UInt8.self) }
        guard let surface = Surface(rawValue: label) else { throw .unknownSurface(label, sample: index) }
        let features = try ModelError.wire { () throws(WireError) in
            var features: [Int16] = []
            features.reserveCapacity(SurfaceFeatures.count)
            for _ in 0..<SurfaceFeatures.count { features.append(try reader.read(Int16.self)) }
            return features
        }
        return try LabelledFeatures(features: features, surface: surface)
    }
}
