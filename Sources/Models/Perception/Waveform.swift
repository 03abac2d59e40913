#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// A window of acceleration around its mean, in m/s², and what its values say without regard to their order in time.
///
/// Energies have a floor, (0.01 m/s²)², so that a vehicle at rest has features as well.
struct Waveform: Sendable {
    /// The floor of an energy, in (m/s²)².
    static let floor = 1e-4
    /// The floor of a height, in m/s².
    static let heightFloor = 0.01

    /// The values less their mean.
    let x: [Double]
    /// The mean square, above 0.
    let meanSquare: Double

    init(_ window: [Double]) {
        let mean = window.mean
        x = window.map { $0 - mean }
        meanSquare = x.meanSquare + Waveform.floor
    }

    /// Root of the mean square.
    var rms: Double { meanSquare.squareRoot() }

    /// Level and shape, 10 numbers: logarithms of the level, of the jerk, the crest and the lopsidedness; the quantiles 5 % and 25 %; zero
    /// crossings a step; autocorrelations.
    var shape: [Double] {
        let n = x.count
        let steps = zip(x.dropFirst(), x).map { $0 - $1 }
        let jerk = steps.meanSquare + Waveform.floor
        let crossings = zip(x.dropFirst(), x).count { ($0 >= 0) != ($1 >= 0) }
        let (up, down) = (x.highest + Waveform.heightFloor, Waveform.heightFloor - x.lowest)
        let sorted = x.sorted()
        let size = Waveform.smoothed(x.map { abs($0) }, over: 5)
        let sizeMean = size.mean
        return [
            log(rms), log(jerk.squareRoot() / rms), log(max(up, down) / rms), log(up / down),
            Waveform.quantile(0.05, of: sorted) / rms, Waveform.quantile(0.25, of: sorted) / rms,
            Double(crossings) / Double(n - 1), Waveform.correlation(x, lag: 13), Waveform.correlation(x, lag: 20),
            Waveform.correlation(size.map { $0 - sizeMean }, lag: 20),
        ]
    }

    /// Means over 0.1 to 0.5 s, 9 numbers: which way the body was thrown and how rarely.
    var slowPart: [Double] {
        let (short, middle) = (Waveform.smoothed(x, over: 5), Waveform.smoothed(x, over: 9))
        let (long, longest) = (Waveform.smoothed(x, over: 15), Waveform.smoothed(x, over: 25))
        let down = log(max(0, -middle.lowest) + Waveform.heightFloor)
        let up = log(max(0, middle.highest) + Waveform.heightFloor)
        return [
            Waveform.kurtosis(short), Waveform.skewness(short), Waveform.skewness(middle), down, up - down,
            Waveform.kurtosis(long), Waveform.skewness(long), Waveform.kurtosis(longest), Waveform.skewness(longest),
        ]
    }
}

extension Waveform {
    /// The mean of the `width` values around each, of fewer at the ends; `width` is odd.
    static func smoothed(_ values: [Double], over width: Int) -> [Double] {
        var sums = [0.0]
        for value in values { sums.append(sums[sums.count - 1] + value) }
        return values.indices.map { index in
            let (first, end) = (max(0, index - width / 2), min(values.count, index + width / 2 + 1))
            return (sums[end] - sums[first]) / Double(end - first)
        }
    }

    /// The value below which a share `p` of the sorted values lies.
    static func quantile(_ p: Double, of sorted: [Double]) -> Double {
        sorted[Int(p * Double(sorted.count - 1) + 0.5)]
    }

    /// How alike a signal around 0 is to itself `lag` values later, about -1 to 1.
    static func correlation(_ values: [Double], lag: Int) -> Double {
        zip(values.dropFirst(lag), values).map { $0 * $1 }.mean / (values.meanSquare + floor)
    }

    /// Logarithm of the fourth moment over the squared second.
    static func kurtosis(_ values: [Double]) -> Double {
        let square = values.meanSquare + floor
        return log(values.map { $0 * $0 }.meanSquare / (square * square) + 0.01)
    }

    /// Cube root of the third moment over the root of the second.
    static func skewness(_ values: [Double]) -> Double {
        let square = values.meanSquare + floor
        return cbrt(values.map { $0 * $0 * $0 }.mean) / square.squareRoot()
    }
}

extension [Double] {
    /// The mean; 0 of no values.
    var mean: Double { reduce(0, +) / Double(Swift.max(1, count)) }
    /// The mean of the squares; 0 of no values.
    var meanSquare: Double { reduce(0) { $0 + $1 * $1 } / Double(Swift.max(1, count)) }
    /// The highest value; 0 of no values.
    var highest: Double { self.max() ?? 0 }
    /// The lowest value; 0 of no values.
    var lowest: Double { self.min() ?? 0 }
}
