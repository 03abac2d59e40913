/// Noise that a vehicle adds before anyone sees its numbers.
///
/// Whole numbers are drawn by the caller, one for each number of the update, and added; then each sum is taken to the nearest that the
/// noised count allows. So a noised update is within the same bounds as any other, and the taking, which looks at noised numbers only,
/// reveals nothing more. It draws single traversals towards free flow: the price of a bound that liars are held to as well.
///
/// Noise hides what was measured, not which arcs are named: a vehicle that must not tell where it drove sends no cell.
extension TravelTimeStatistics {
    /// A number of an update that noise is drawn for.
    public enum Number: CaseIterable, Sendable {
        /// Traversals of a cell.
        case count
        /// A sum of log-ratios, 10 fraction bits.
        case sum
        /// A sum of squared log-ratios, 20 fraction bits.
        case squares
        /// A sum of errors, 10 fraction bits.
        case error

        /// By how much one traversal can change it: what the noise's σ is a multiple of. A traversal is in three numbers of a cell or in
        /// two errors, so to an accountant it weighs √3 of one such multiple.
        public var sensitivity: Int64 {
            switch self {
            case .count: 1
            case .sum: Int64(TravelTimeLimits.logRatio)
            case .squares: Int64(TravelTimeLimits.logRatio) * Int64(TravelTimeLimits.logRatio)
            case .error: Int64(TravelTimeLimits.logRatioDifference)
            }
        }
    }

    /// The update with noise on every number; `draw` is asked in the order of the encoding. A cell whose noised count is not 1 to 8 keeps
    /// the nearest of these.
    public func noised(_ draw: (Number) -> Int64) -> TravelTimeStatistics {
        let cells = cells.map { $0.noised(draw) }
        do {
            return try TravelTimeStatistics(cells: cells, errors: errors.noised(draw))
        } catch {
            preconditionFailure("noised numbers are taken into their bounds: \(error)")
        }
    }
}

/// `number` + `noise`, taken into `range`. Noise beyond ±2⁴⁰ counts as that: it is beyond every range here.
private func taken<Number: FixedWidthInteger>(_ number: Number, _ noise: Int64, in range: ClosedRange<Int64>) -> Number
{
    let reach: Int64 = 1 << 40
    let noisy = Int64(number) + min(max(noise, -reach), reach)
    return Number(min(max(noisy, range.lowerBound), range.upperBound))
}

extension TravelTimeStatistics.Cell {
    fileprivate func noised(_ draw: (TravelTimeStatistics.Number) -> Int64) -> TravelTimeStatistics.Cell {
        let traversals = TravelTimeLimits.cellTraversals
        var cell = self
        cell.count = taken(count, draw(.count), in: Int64(traversals.lowerBound)...Int64(traversals.upperBound))
        let greatestSum = Int64(cell.greatestSum)
        cell.sum = taken(sum, draw(.sum), in: -greatestSum...greatestSum)
        cell.squares = taken(squares, draw(.squares), in: 0...Int64(cell.greatestSquares))
        return cell
    }
}

extension TravelTimeStatistics.Errors {
    fileprivate func noised(_ draw: (TravelTimeStatistics.Number) -> Int64) -> TravelTimeStatistics.Errors {
        guard count > 0 else { return self }
        var errors = self
        errors.base = taken(base, draw(.error), in: 0...Int64(greatestSum))
        if let parent { errors.parent = taken(parent, draw(.error), in: 0...Int64(greatestSum)) }
        return errors
    }
}
