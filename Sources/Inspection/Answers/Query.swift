import Hummingbird
import HummingbirdCore

/// The parameters of a request, read strictly: an unknown, repeated or meaningless one is an error that says what is expected, for a
/// filter that is silently ignored answers another question.
struct Query {
    private var values: [String: String] = [:]

    /// The parameters of a request that knows these names.
    init(_ request: Request, knows names: String...) throws(Rejection) {
        try self.init(request.uri, knows: names)
    }

    /// The parameters of an address.
    init(_ uri: URI, knows names: [String]) throws(Rejection) {
        for (key, value) in uri.queryParameters {
            let name = String(key)
            guard names.contains(name) else {
                throw .badParameter(String(name.prefix(64)), expected: Query.unknown(names))
            }
            guard values.updateValue(String(value), forKey: name) == nil else {
                throw .badParameter(name, expected: "given once at most")
            }
        }
    }

    /// The text of a parameter.
    func text(_ name: String) -> String? { values[name] }

    /// A whole number within bounds, if given.
    func number(_ name: String, in range: ClosedRange<UInt64>) throws(Rejection) -> UInt64? {
        guard let text = values[name] else { return nil }
        guard let number = UInt64(text), text.allSatisfy(\.isNumber), range.contains(number) else {
            throw .badParameter(name, expected: Query.whole(range))
        }
        return number
    }

    /// Words of a list with commas between them, each understood by `meaning`; nil where the parameter is not given.
    func list<Word>(
        _ name: String, expected: String, _ meaning: (String) -> Word?
    ) throws(Rejection) -> [Word]? {
        guard let text = values[name] else { return nil }
        var words: [Word] = []
        for part in text.split(separator: ",", maxSplits: 64, omittingEmptySubsequences: false) {
            guard let word = meaning(String(part)) else { throw .badParameter(name, expected: expected) }
            words.append(word)
        }
        return words
    }

    private static func unknown(_ names: [String]) -> String {
        names.isEmpty ? "no parameter here: there are none" : "no parameter here: \(names.joined(separator: ", ")) are"
    }

    private static func whole(_ range: ClosedRange<UInt64>) -> String {
        range.upperBound == .max
            ? "a whole number from \(range.lowerBound)"
            : "a whole number from \(range.lowerBound) to \(range.upperBound)"
    }
}
