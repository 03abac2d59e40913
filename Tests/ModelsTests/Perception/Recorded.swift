import Foundation

@testable import Models

/// The recorded series, where they are: a folder beside the repository.
enum Recorded {
    static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        .appendingPathComponent("shared/data/road-surface/gonzalez2017")

    /// All 400 series with their surfaces, in the order of file names; nil, said aloud, where they are not here.
    static func series() throws -> [(window: [Float], surface: Surface)]? {
        guard FileManager.default.fileExists(atPath: folder.path) else {
            print("skipped: no recorded series at \(folder.path)")
            return nil
        }
        let names = ["regular_road", "worn_out_road", "asphalt_bumps", "metal_bumps", "potholes"]
        return try zip(names, Surface.allCases).flatMap { name, surface in
            let path = folder.appendingPathComponent(name).path
            return try FileManager.default.contentsOfDirectory(atPath: path).sorted().map { file in
                let text = try String(contentsOfFile: "\(path)/\(file)", encoding: .utf8)
                return (text.split(whereSeparator: \.isNewline).dropFirst().compactMap { Float($0) }, surface)
            }
        }
    }
}

/// Seeded stand-ins where no recording is needed.
enum Invented {
    /// A window of noise with a bump of `height` m/s² in its middle.
    static func window(count: Int = 150, height: Float = 3, seed: UInt64 = 1) -> [Float] {
        var generator = SeededGenerator(seed: seed)
        return (0..<count).map { index in
            let bump = height * max(0, 1 - abs(Float(index - count / 2)) / 8)
            return 9.81 + bump + Float.random(in: -0.5...0.5, using: &generator)
        }
    }

    /// Samples whose first features tell their surface.
    static func samples(_ count: Int, seed: UInt64 = 1) throws -> [LabelledFeatures] {
        var generator = SeededGenerator(seed: seed)
        return try (0..<count).map { index in
            var features = (0..<SurfaceFeatures.count).map { _ in Int16.random(in: -256...256, using: &generator) }
            features[index % 5] += 384
            return try LabelledFeatures(features: features, surface: Surface.allCases[index % 5])
        }
    }

    /// A model whose weights and biases are all random.
    static func model(seed: UInt64) throws -> PerceptionModel {
        var generator = SeededGenerator(seed: seed)
        let parameters = (0..<PerceptionModel.parameterCount).map { _ in
            Int32.random(in: -30_000...30_000, using: &generator)
        }
        return try PerceptionModel(parameters: parameters)
    }
}
