import Models

extension CommitteeTerms {
    /// Why an update's payload cannot count, whatever the round: the model is not trained, its layout is another's, or it is out of the
    /// committee's bounds. A function of bytes and terms alone, so that all validators judge alike.
    func refusal(ofPayloadIn update: Update) -> Refusal? {
        guard let round = learning[update.model] else { return .roundNotOpen }
        switch update.model {
        case .perception: return refusal(ofPerception: update.payload, bound: Int64(round.clipBound))
        case .travelTimes: return refusal(ofTravelTimes: update.payload)
        }
    }

    private func refusal(ofPerception payload: [UInt8], bound: Int64) -> Refusal? {
        do {
            return try PerceptionUpdate(decoding: payload).normSquared <= bound * bound ? nil : .normExceeded
        } catch {
            return .outOfBounds(field: "payload: \(error)")
        }
    }

    private func refusal(ofTravelTimes payload: [UInt8]) -> Refusal? {
        do {
            _ = try TravelTimeStatistics(decoding: payload)
            return nil
        } catch {
            return .outOfBounds(field: "payload: \(error)")
        }
    }
}
