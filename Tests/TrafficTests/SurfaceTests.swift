import Foundation
import Models
import Testing

@testable import Traffic

/// Root mean square around the mean, and the largest distance from it, in m/s².
private func strength(_ series: [Float]) -> (rms: Double, peak: Double) {
    let mean = series.reduce(0, +) / Float(series.count)
    let squares = series.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
    let peak = series.map { abs($0 - mean) }.max() ?? 0
    return (Double(squares / Float(series.count)).squareRoot(), Double(peak))
}

private func median(_ values: [Double]) -> Double { values.sorted()[values.count / 2] }

/// What a quiet sensor feels of an obstacle on a flat road.
private func peak(_ obstacle: Obstacle, speed: Double) -> Double {
    var (ride, random) = (Ride(), SeededGenerator(seed: 1))
    ride.noise = 0
    let shape = RoadShape(roughness: 0, obstacle: obstacle)
    let series = ride.acceleration(over: shape, speed: speed, samples: 200, obstacleShare: 0.2, random: &random)
    return strength(series).peak
}

@Test func aHigherBumpIsFeltMore() {
    let peaks = [0.03, 0.06, 0.09, 0.12].map { peak(.hump(length: 3.7, height: $0), speed: 5) }
    #expect(peaks == peaks.sorted() && peaks[3] > 2 * peaks[0])
}

@Test func aBumpIsFeltMoreAtSpeed() {
    let peaks = [2.0, 4, 6, 8].map { peak(.hump(length: 3.7, height: 0.1), speed: $0) }
    #expect(peaks == peaks.sorted() && peaks[3] > 2 * peaks[0])
}

@Test func aDeeperHoleIsFeltMore() {
    let peaks = [0.02, 0.04, 0.06].map { peak(.hole(length: 0.8, depth: $0, rim: 0.2), speed: 4) }
    #expect(peaks == peaks.sorted() && peaks[2] > 1.5 * peaks[0])
}

@Test func bothAxlesFeelAStud() throws {
    var (ride, random) = (Ride(), SeededGenerator(seed: 1))
    ride.noise = 0
    let shape = RoadShape(roughness: 0, obstacle: .studs(rows: 1, pitch: 0.3, length: 0.2, height: 0.05))
    let series = ride.acceleration(over: shape, speed: 5, samples: 200, obstacleShare: 0.25, random: &random)
    let first = try #require(series[40..<70].indices.max { series[$0] < series[$1] })
    let second = try #require(series[70..<100].indices.max { series[$0] < series[$1] })
    // 2.6 m at 5 m/s are 26 samples.
    #expect((25...27).contains(second - first))
    // Nothing is felt before the front wheel comes.
    #expect(strength(Array(series[..<40])).peak < 1e-4)
}

@Test func aSamplersSeedIsAllThatMatters() {
    var (one, same, other) = (SurfaceSampler(seed: 5), SurfaceSampler(seed: 5), SurfaceSampler(seed: 6))
    for surface in Surface.allCases {
        let series = one.sample(surface)
        #expect(series == same.sample(surface))
        #expect(series != other.sample(surface))
        #expect((100...200).contains(series.count))
        #expect(series.allSatisfy { $0.isFinite && (-40...60).contains($0) })
    }
}

@Test func surfacesDifferInStrengthAsRecordedOnesDo() {
    var sampler = SurfaceSampler(seed: 11)
    let drawn = Surface.allCases.map { surface in (0..<80).map { _ in strength(sampler.sample(surface)) } }
    let rms = drawn.map { median($0.map(\.rms)) }
    let crest = drawn.map { median($0.map { $0.peak / $0.rms }) }
    #expect(rms[0] < rms[1] && rms[1] < rms[2] && rms[0] < rms[3] && rms[0] < rms[4])
    // Studs are a blow, a long bump is a wave.
    #expect(crest[3] > crest[4] && crest[4] > crest[2])
}

/// The recorded series of a surface (Gonzalez et al., IEEE T-ITS 18(11), 2017); none where they are not installed.
private func recorded(_ surface: Surface) -> [[Float]] {
    var root = URL(fileURLWithPath: #filePath)
    for _ in 0..<4 { root.deleteLastPathComponent() }
    let names = ["regular_road", "worn_out_road", "asphalt_bumps", "metal_bumps", "potholes"]
    let folder = root.appending(path: "shared/data/road-surface/gonzalez2017/\(names[Int(surface.rawValue)])")
    let files = (try? FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil)) ?? []
    return files.compactMap { try? String(contentsOf: $0, encoding: .utf8) }
        .map { $0.split(whereSeparator: \.isNewline).dropFirst().compactMap { Float($0) } }
}

@Test(arguments: Surface.allCases)
func drawnSeriesAreAsStrongAsRecordedOnes(surface: Surface) {
    let recordings = recorded(surface).filter { $0.count > 20 }.map(strength)
    guard !recordings.isEmpty else { return print("skipped: ../shared/data/road-surface is not installed") }
    var sampler = SurfaceSampler(seed: 12)
    let drawn = (0..<100).map { _ in strength(sampler.sample(surface)) }
    let rms = median(drawn.map(\.rms)) / median(recordings.map(\.rms))
    let peak = median(drawn.map(\.peak)) / median(recordings.map(\.peak))
    #expect((0.7...1.4).contains(rms), "rms: \(rms) of the recorded")
    #expect((0.6...1.6).contains(peak), "peak: \(peak) of the recorded")
}

@Test func vehiclesTellTheSameRoadDifferently() {
    var random = SeededGenerator(seed: 9)
    let shape = RoadShape(roughness: 64e-6, obstacle: .hump(length: 3.7, height: 0.1))
    let peaks = (0..<40).map { _ in
        var road = SeededGenerator(seed: 1)
        let ride = Ride(random: &random)
        return strength(ride.acceleration(over: shape, speed: 6, samples: 150, obstacleShare: 0.3, random: &road)).peak
    }
    let (least, most) = (peaks.min() ?? 0, peaks.max() ?? 0)
    #expect(most / least > 1.2 && most / least < 4)
}
