/// Why bytes are not a map that can be driven on.
public enum MapError: Error, Hashable, Sendable {
    /// The file ends inside a blob that starts at this offset.
    case truncated(offset: Int)
    /// The blob at this offset is longer than the format allows.
    case tooLong(offset: Int, count: Int, limit: Int)
    /// The file does not open with its header blob.
    case noHeader
    /// The file needs a feature that this reader lacks.
    case unsupportedFeature(String)
    /// The blob at this offset is packed in a way that this reader lacks.
    case unsupportedCompression(offset: Int)
    /// What stands in the blob at this offset cannot be read.
    case malformed(offset: Int, reason: Malformation)
    /// More ways, nodes or edges than a network counts.
    case tooMany(what: String, limit: Int)
    /// No road of it leads from somewhere to somewhere else and back.
    case noRoads

    /// What is wrong inside a blob.
    public enum Malformation: String, Hashable, Sendable {
        /// No protobuf message of the expected type.
        case message
        /// The packed bytes do not unpack to the size that they state.
        case compression = "compressed bytes"
        /// Lists that belong together differ in length.
        case lists
        /// A string's number is beyond the table.
        case string = "string number"
        /// A number is out of its range.
        case number
        /// A coordinate is not on the globe.
        case coordinate
    }
}

extension MapError: CustomStringConvertible {
    /// The reason in words.
    public var description: String {
        switch self {
        case .truncated(let offset): "the map ends inside the blob at byte \(offset)"
        case .tooLong(let offset, let count, let limit):
            "the blob at byte \(offset) of the map has \(count) bytes, at most \(limit) are allowed"
        case .noHeader: "the map does not start with an OSM header"
        case .unsupportedFeature(let name): "the map needs the feature \(name), which is not supported"
        case .unsupportedCompression(let offset): "the blob at byte \(offset) of the map is not packed with zlib"
        case .malformed(let offset, let reason):
            "the blob at byte \(offset) of the map has a malformed \(reason.rawValue)"
        case .tooMany(let what, let limit): "the map has too many \(what), at most \(limit) are allowed"
        case .noRoads: "the map has no road network for cars"
        }
    }
}
