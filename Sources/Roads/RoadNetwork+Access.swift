import Geography

/// Reading a network.
extension RoadNetwork {
    /// How many edges there are: their numbers are below it.
    public var edgeCount: Int { starts.count }

    /// How many nodes there are: their numbers are below it.
    public var nodeCount: Int { nodes.count }

    /// The arcs that leave a node.
    public func arcs(from node: UInt32) -> ArraySlice<Arc> {
        outgoing[Int(outgoingStarts[Int(node)])..<Int(outgoingStarts[Int(node) + 1])]
    }

    /// The node that an arc leaves.
    public func tail(of arc: Arc) -> UInt32 {
        arc.isBackward ? ends[Int(arc.edge)] : starts[Int(arc.edge)]
    }

    /// The node that an arc leads to.
    public func head(of arc: Arc) -> UInt32 {
        arc.isBackward ? starts[Int(arc.edge)] : ends[Int(arc.edge)]
    }

    /// Whether the arc is one of this network that may be driven.
    public func isOpen(_ arc: Arc) -> Bool {
        arc.index < limits.count && limits[Int(arc.index)] > 0
    }

    /// The arc's limit in km/h; 0 where it may not be driven.
    public func limit(of arc: Arc) -> UInt8 { limits[Int(arc.index)] }

    /// An edge's length in millimetres: at most 100 km.
    public func lengthMillimetres(ofEdge edge: UInt32) -> UInt32 { lengths[Int(edge)] }

    /// An edge's class.
    public func roadClass(ofEdge edge: UInt32) -> RoadClass { classes[Int(edge)] }

    /// An edge's name, or nothing.
    public func name(ofEdge edge: UInt32) -> String { names[Int(nameIndices[Int(edge)])] }

    /// An edge's points from its start to its end: at least two.
    public func points(ofEdge edge: UInt32) -> ArraySlice<Coordinate> {
        points[Int(pointStarts[Int(edge)])..<Int(pointStarts[Int(edge) + 1])]
    }

    /// An edge's geometry from its start to its end.
    public func polyline(ofEdge edge: UInt32) -> Polyline {
        guard let polyline = Polyline(Array(points(ofEdge: edge))) else {
            preconditionFailure("an edge has two points at least: the import ends each at two nodes")
        }
        return polyline
    }

    /// The least rectangle around all roads.
    public var bounds: Bounds {
        guard let bounds = Bounds(enclosing: points) else {
            preconditionFailure("a network has a road: the import refuses maps without")
        }
        return bounds
    }
}
