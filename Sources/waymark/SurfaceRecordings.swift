import Foundation
import Models

/// Recorded series of vertical acceleration: what wheels really felt on each surface.
///
/// A folder a surface (`regular_road`, `worn_out_road`, `asphalt_bumps`, `metal_bumps`, `potholes`), a CSV file a series, a column of m/s² at
/// 50 Hz under a heading: the layout in which the 2017 data set of Gonzalez et al. is published.
struct SurfaceRecordings: Sendable {
    /// Where a checkout beside the shared data has them.
    static let usualFolder = "../shared/data/road-surface/gonzalez2017"
    private static let folders = ["regular_road", "worn_out_road", "asphalt_bumps", "metal_bumps", "potholes"]
    /// One series of so many is held out: no vehicle feels it.
    private static let heldOut = 5

    /// The series of each surface, in the order of surfaces and then of file names.
    let bySurface: [[[Float]]]

    /// Reads the series of `folder`.
    init(folder: String) throws {
        bySurface = try Self.folders.map { name in
            let path = "\(folder)/\(name)"
            let files = try FileManager.default.contentsOfDirectory(atPath: path).filter { $0.hasSuffix(".csv") }
            guard files.count >= Self.heldOut else { throw Failure("\(path) has \(files.count) series, too few") }
            return try files.sorted().map { file in
                let text = try String(contentsOfFile: "\(path)/\(file)", encoding: .utf8)
                return text.split(whereSeparator: \.isNewline).dropFirst().compactMap { Float($0) }
            }
        }
    }

    /// The recordings of `folder`, or nil where there is no such folder.
    init?(ifPresent folder: String) throws {
        guard FileManager.default.fileExists(atPath: folder) else { return nil }
        try self.init(folder: folder)
    }

    /// A hold-out of every fifth series.
    func holdOut() throws -> HoldOut {
        let samples = try zip(bySurface, Surface.allCases).flatMap { series, surface in
            try series.enumerated().filter { $0.offset % Self.heldOut == 0 }.map {
                LabelledFeatures(try SurfaceFeatures(window: $0.element), surface: surface)
            }
        }
        return try HoldOut(samples: samples)
    }

    /// One of the others, by any number.
    func window(of surface: Surface, number: Int) -> [Float] {
        let series = bySurface[Int(surface.rawValue)]
        let free = series.count - (series.count + Self.heldOut - 1) / Self.heldOut
        let place = number % free
        // Four free places follow each one that is held out.
        return series[place / (Self.heldOut - 1) * Self.heldOut + place % (Self.heldOut - 1) + 1]
    }
}
