/// What a road is for, as OpenStreetMap's `highway` tag has it: the classes that through traffic by car uses.
///
/// Service roads and tracks are left out: journeys end there, traffic does not pass. SUMO's network for passenger cars has the same classes.
public enum RoadClass: UInt8, CaseIterable, Sendable {
    case motorway, motorwayLink
    case trunk, trunkLink
    case primary, primaryLink
    case secondary, secondaryLink
    case tertiary, tertiaryLink
    case unclassified
    case residential
    case livingStreet

    /// The class of a `highway` value, or nil where cars do not pass.
    public init?(tag: String) {
        guard let found = RoadClass.allCases.first(where: { $0.tag == tag }) else { return nil }
        self = found
    }

    /// The `highway` value.
    public var tag: String {
        switch self {
        case .motorway: "motorway"
        case .motorwayLink: "motorway_link"
        case .trunk: "trunk"
        case .trunkLink: "trunk_link"
        case .primary: "primary"
        case .primaryLink: "primary_link"
        case .secondary: "secondary"
        case .secondaryLink: "secondary_link"
        case .tertiary: "tertiary"
        case .tertiaryLink: "tertiary_link"
        case .unclassified: "unclassified"
        case .residential: "residential"
        case .livingStreet: "living_street"
        }
    }

    /// The limit in km/h where the map states none.
    public var usualLimit: UInt8 {
        switch self {
        case .motorway: 110
        case .trunk: 90
        case .motorwayLink, .primary: 60
        case .trunkLink, .secondary, .tertiary: 50
        case .primaryLink, .secondaryLink, .tertiaryLink, .unclassified: 40
        case .residential: 30
        case .livingStreet: 15
        }
    }

    /// Whether it is one-way unless the map says otherwise.
    public var isUsuallyOneWay: Bool {
        switch self {
        case .motorway, .motorwayLink: true
        case .trunk, .trunkLink, .primary, .primaryLink, .secondary, .secondaryLink, .tertiary, .tertiaryLink,
            .unclassified, .residential, .livingStreet:
            false
        }
    }
}
