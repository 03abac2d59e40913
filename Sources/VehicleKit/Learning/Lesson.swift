import Models
import Telemetry

/// A vehicle's part in one round: what it trains, and on what. It holds all that it needs, so that it can be worked on
/// anywhere.
///
/// The floating point ends here: what comes out is integers within the round's bounds, with the round's noise already
/// in them.
public struct Lesson: Sendable {
    enum Subject: Sendable {
        case perception(base: [UInt8], [LabelledFeatures])
        case travelTimes(base: [UInt8], parent: [UInt8]?, TravelTimeDiary)
    }

    /// The round.
    public let round: RoundOpenedEntry
    private let subject: Subject

    init(_ round: RoundOpenedEntry, _ subject: Subject) {
        self.round = round
        self.subject = subject
    }

    /// Trains, and returns the payload of the update: perception takes about 30 ms, travel times a walk over two
    /// files. `random` must not be guessable where noise is to hide something.
    public func update(using random: inout some RandomNumberGenerator) throws(LessonFault) -> [UInt8] {
        switch subject {
        case .perception(let base, let samples): try perception(base, samples, using: &random)
        case .travelTimes(let base, let parent, let diary): try travelTimes(base, parent, diary, using: &random)
        }
    }

    // MARK: Perception

    private func perception(
        _ base: [UInt8], _ samples: [LabelledFeatures], using random: inout some RandomNumberGenerator
    ) throws(LessonFault) -> [UInt8] {
        let terms = round.terms
        guard LearningLimits.clipBound.contains(terms.clipBound) else { throw .terms(field: "clip_bound") }
        guard LearningLimits.scaleBits.contains(terms.scaleBits) else { throw .terms(field: "scale_bits") }
        let noise = try noise(sensitivity: 1)
        do throws(ModelError) {
            let delta = PerceptionTrainer.train(
                from: try PerceptionModel(decoding: base), on: samples, settings: .round, seed: random.next())
            return try clipped(delta, noise, using: &random).encoded()
        } catch {
            throw .model(error)
        }
    }

    /// Clipped to the bound, rounded to quanta, noised, and clipped once more: validators hold what is sent to the
    /// bound. The second time looks at noised numbers only, so that it tells nothing.
    private func clipped(
        _ delta: [Float], _ noise: UpdateNoise?, using random: inout some RandomNumberGenerator
    ) throws(ModelError) -> PerceptionUpdate {
        let (bound, scaleBits) = (round.terms.clipBound, Int(round.terms.scaleBits))
        let update = try PerceptionUpdate(clipping: delta, to: bound, scaleBits: scaleBits)
        guard let noise else { return update }
        let quantum = 1 / Float(1 << scaleBits)
        // The sums are far below 2²⁴, so that a Float holds them exactly.
        let noised = update.values.map { Float(Int64($0) + noise.next(using: &random)) * quantum }
        return try PerceptionUpdate(clipping: noised, to: bound, scaleBits: scaleBits)
    }

    // MARK: Travel times

    private func travelTimes(
        _ base: [UInt8], _ parent: [UInt8]?, _ diary: TravelTimeDiary, using random: inout some RandomNumberGenerator
    ) throws(LessonFault) -> [UInt8] {
        var noises: [TravelTimeStatistics.Number: UpdateNoise] = [:]
        for number in TravelTimeStatistics.Number.allCases {
            noises[number] = try noise(sensitivity: UInt64(number.sensitivity))
        }
        let statistics: TravelTimeStatistics?
        do throws(TravelTimeError) {
            let base = try TravelTimeModel(decoding: base)
            var parentModel: TravelTimeModel?
            if let parent { parentModel = try TravelTimeModel(decoding: parent) }
            var diary = diary
            statistics = diary.statistics(base: base, parent: parentModel)
        } catch {
            throw .travelTimes(error)
        }
        guard let statistics else { throw .tooLittle(samples: 0) }
        guard round.terms.noiseMilli > 0 else { return statistics.encoded() }
        return statistics.noised { noises[$0]?.next(using: &random) ?? 0 }.encoded()
    }

    /// The round's noise; nil where it wants none. A round that wants more than can be made gets no update, rather than
    /// a bare one.
    private func noise(sensitivity: UInt64) throws(LessonFault) -> UpdateNoise? {
        guard round.terms.noiseMilli > 0 else { return nil }
        guard let noise = UpdateNoise(milli: round.terms.noiseMilli, sensitivity: sensitivity) else {
            throw .terms(field: "noise_milli")
        }
        return noise
    }
}
