/// Reads a `maxspeed` value.
enum SpeedLimit {
    /// Whole km/h that a network counts in: what is stated beyond is taken to the nearest of these.
    static let range: ClosedRange<Int> = 5...150

    /// The limit in km/h, or nil where the value states none that holds always: `signals`, `variable`, unknown words.
    ///
    /// `50`, `50 km/h`, `30 mph` (rounded), `walk`, `none`, and the implicit ones: `FI:urban`, `DE:rural`, `AT:zone30`. Of several
    /// (`50;30`) the first counts.
    static func kilometresPerHour(_ value: String) -> UInt8? {
        guard let first = value.split(separator: ";").first else { return nil }
        let words = first.split(separator: " ")
        switch words.count {
        case 1: return number(words[0], unit: "km/h") ?? implied(words[0])
        case 2: return number(words[0], unit: words[1])
        default: return nil
        }
    }

    private static func number(_ digits: Substring, unit: Substring) -> UInt8? {
        // Four digits at most: more is no speed, and cannot overflow below.
        guard digits.utf8.count <= 4, let number = Int(digits), number > 0 else {
            return digits.hasSuffix("mph") ? Self.number(digits.dropLast(3), unit: "mph") : nil
        }
        switch unit {
        case "km/h", "kmh", "kph": return bounded(number)
        case "mph": return bounded((number * 1_609_344 + 500_000) / 1_000_000)
        default: return nil
        }
    }

    private static func implied(_ word: Substring) -> UInt8? {
        switch word {
        case "none": return bounded(130)
        case "walk": return bounded(7)
        default: break
        }
        // Country and rule: AT:zone30, FI:urban.
        guard let rule = word.split(separator: ":").last, rule.utf8.count < word.utf8.count else { return nil }
        switch rule {
        case "living_street", "walk": return bounded(15)
        case "urban": return bounded(50)
        case "rural": return bounded(80)
        case "trunk": return bounded(100)
        case "motorway": return bounded(120)
        default: return Int(rule.hasPrefix("zone") ? rule.dropFirst(4) : rule).flatMap(bounded)
        }
    }

    private static func bounded(_ number: Int) -> UInt8? {
        number > 0 ? UInt8(min(max(number, range.lowerBound), range.upperBound)) : nil
    }
}
