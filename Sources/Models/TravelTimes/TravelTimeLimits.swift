/// The numbers of the travel-time model, and the bound of everything that updates can make it hold.
///
/// A log-ratio is ln(observed time ÷ free-flow time): 0 is free flow, ln 2 is twice as long.
public enum TravelTimeLimits {
    // MARK: Numbers

    /// Log-ratios are clipped to ±ln 8, rounded down to 10 fraction bits: 2,129 ÷ 1,024 = 2.0791.
    public static let logRatio: Int32 = 2129
    /// The least log-ratio that a road is believed to have: −ln 1.3 rounded toward zero, 10 fraction bits. Nobody drives faster for long.
    public static let leastLogRatio: Int32 = -268
    /// A travel time is free flow ÷ 1.3 at least, rounded up to whole milliseconds: numerator and denominator.
    public static let leastShare: (numerator: UInt64, denominator: UInt64) = (10, 13)
    /// A travel time is so many times free flow at most.
    public static let greatestShare: UInt64 = 20
    /// Milliseconds that stand for a closed arc; travel times are below.
    public static let never = UInt32(Int32.max)
    /// Traversals that what is known of the next wider group counts as, at each step of shrinkage.
    public static let priorTraversals: Int64 = 2
    /// Hours of a week, Monday 00:00 UTC first.
    public static let slots: UInt16 = 168
    /// Road classes are below.
    public static let roadClasses: UInt8 = 32
    /// Arc indices are below: a map has 2³⁰ edges at most.
    public static let arcs: UInt32 = 1 << 31

    // MARK: The model

    /// Cells of a model. What goes beyond is forgotten, the least travelled first.
    public static let modelCells = 1_000_000
    /// Traversals that an evidence weighs at most, 10 fraction bits: 65,536. More would only make it slow to learn anew.
    public static let greatestCount: UInt32 = 65_536 << 10
    /// Traversals below which an evidence is forgotten, 10 fraction bits: a sixteenth.
    public static let leastCount: UInt32 = 64

    // MARK: An update

    /// Cells of an update.
    public static let updateCells = 256
    /// Traversals of a cell in one update.
    public static let cellTraversals: ClosedRange<UInt8> = 1...8
    /// Traversals that an update's errors are summed over.
    public static let errorTraversals: UInt32 = 4096
    /// Difference of two log-ratios, 10 fraction bits.
    public static let logRatioDifference: UInt32 = 2 * 2129
    /// Bytes of an encoded update: format, count, cells of 16 bytes, three numbers.
    public static let updateBytes = 1 + 4 + updateCells * 16 + 12
    /// Traversals that a vehicle keeps for its next update.
    public static let diaryTraversals = 8192
}
