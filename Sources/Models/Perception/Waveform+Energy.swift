#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// How the energy of a window is spread over its time and over frequencies.
extension Waveform {
    /// The energy over time, 14 numbers: how much a short while stands out, and for how long. Times are logarithms of values at 50 Hz.
    var energy: [Double] {
        let squares = x.map { $0 * $0 }
        let short = Waveform.smoothed(squares, over: 5).map { $0 + Waveform.floor }
        let middle = Waveform.smoothed(squares, over: 13).map { $0 + Waveform.floor }
        let long = Waveform.smoothed(squares, over: 25).map { $0 + Waveform.floor }
        let median = short.sorted()[short.count / 2]
        return [
            log(short.highest / median), log(short.highest / meanSquare), Waveform.time(short, above: 0.5),
            Waveform.time(short, above: 0.1), log(1 + Double(Waveform.longestRun(short, above: meanSquare))),
            log(middle.highest / meanSquare), Waveform.time(middle, above: 0.25), Waveform.time(middle, above: 0.1),
            log(long.highest / meanSquare), Waveform.time(long, above: 0.25), Waveform.time(long, above: 0.1),
        ] + [0.3, 0.5, 0.8].map { log(Double(Waveform.shortestTime(of: squares, holding: $0))) }
    }

    /// Logarithm of the number of values above a share of the highest one.
    private static func time(_ energy: [Double], above share: Double) -> Double {
        let threshold = share * energy.highest
        return log(1 + Double(energy.count { $0 > threshold }))
    }

    /// The most values in a row that are above `threshold`.
    private static func longestRun(_ energy: [Double], above threshold: Double) -> Int {
        var (longest, current) = (0, 0)
        for value in energy {
            current = value > threshold ? current + 1 : 0
            longest = max(longest, current)
        }
        return longest
    }

    /// The fewest values in a row that hold a share of all energy: two pointers, O(n).
    private static func shortestTime(of squares: [Double], holding share: Double) -> Int {
        let energies = squares.map { $0 + 1e-6 }
        let wanted = share * energies.reduce(0, +)
        var (shortest, sum, first) = (squares.count, 0.0, 0)
        for end in energies.indices {
            sum += energies[end]
            while sum - energies[first] >= wanted, first < end {
                sum -= energies[first]
                first += 1
            }
            if sum >= wanted { shortest = min(shortest, end - first + 1) }
        }
        return shortest
    }

    /// The spectrum, 5 numbers: logarithms of bands' power over the mean square, by Welch's method with Hann windows of 32 values, half
    /// of them shared. A line is 1.5625 Hz wide.
    var spectrum: [Double] {
        let lines = Waveform.powers(x)
        return [0..<1, 1..<2, 4..<5, 8..<10, 13..<17].map { band in
            log((Array(lines[band]).mean + Waveform.floor) / meanSquare)
        }
    }

    private static let segment = 32

    /// Mean power of lines 0 to 16 over the segments.
    private static func powers(_ x: [Double]) -> [Double] {
        let hann = (0..<segment).map { 0.5 - 0.5 * cos(2 * Double.pi * Double($0) / Double(segment)) }
        let weight = hann.reduce(0) { $0 + $1 * $1 }
        var sums = [Double](repeating: 0, count: segment / 2 + 1)
        var segments = 0.0
        for start in stride(from: 0, through: x.count - segment, by: segment / 2) {
            let piece = (0..<segment).map { x[start + $0] * hann[$0] }
            for line in sums.indices { sums[line] += power(of: piece, line: line) }
            segments += 1
        }
        return sums.map { $0 / (segments * weight) }
    }

    /// |Σ x e^(−2πi · line · t / 32)|²
    private static func power(of piece: [Double], line: Int) -> Double {
        var (real, imaginary) = (0.0, 0.0)
        for (t, value) in piece.enumerated() {
            // A table of one turn: line · t modulo 32.
            let angle = turn[line * t % segment]
            real += value * angle.cosine
            imaginary -= value * angle.sine
        }
        return real * real + imaginary * imaginary
    }

    private static let turn: [(cosine: Double, sine: Double)] = (0..<segment).map { step in
        let angle = 2 * Double.pi * Double(step) / Double(segment)
        return (cos(angle), sin(angle))
    }
}
