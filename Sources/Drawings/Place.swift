/// Something that was found in an image: a label, and the rings that go around it.
package struct Place: Sendable, Equatable {
    /// A point in pixels of the upright image.
    package struct Point: Sendable, Equatable {
        package var x: Double
        package var y: Double

        package init(x: Double, y: Double) {
            self.x = x
            self.y = y
        }
    }

    /// Empty where the task gives none.
    package let label: String
    /// Closed rings of three points or more; at least one.
    package let rings: [[Point]]

    /// `nil`: there is no ring to draw.
    package init?(label: String, rings: [[Point]]) {
        let rings = rings.filter { $0.count >= 3 }
        guard !rings.isEmpty else { return nil }
        self.label = label
        self.rings = rings
    }

    /// The upright rectangle around all rings.
    var frame: (left: Double, top: Double, right: Double, bottom: Double) {
        rings.joined().reduce((.infinity, .infinity, -.infinity, -.infinity)) { frame, point in
            (min(frame.0, point.x), min(frame.1, point.y), max(frame.2, point.x), max(frame.3, point.y))
        }
    }
}

/// The places of a task's answer; of one that is a text there are none.
package struct Places: Sendable, Equatable {
    package let list: [Place]

    package init(_ list: [Place]) { self.list = list }
}

/// Reads the object that a task with places answers: `bboxes`, `quad_boxes` or `polygons`, with `labels`; of open
/// vocabulary detection `bboxes_labels` and `polygons_labels`.
extension Places: Decodable {
    private enum Key: String, CodingKey {
        case bboxes, labels, polygons
        case quadBoxes = "quad_boxes"
        case boxLabels = "bboxes_labels"
        case polygonLabels = "polygons_labels"
    }

    package init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: Key.self)
        func labels(_ key: Key) throws -> [String] {
            try container.decodeIfPresent([String].self, forKey: key)
                ?? container.decodeIfPresent([String].self, forKey: .labels) ?? []
        }
        let boxes = try container.decodeIfPresent([[Double]].self, forKey: .bboxes) ?? []
        let quads = try container.decodeIfPresent([[Double]].self, forKey: .quadBoxes) ?? []
        let polygons = try container.decodeIfPresent([[[Double]]].self, forKey: .polygons) ?? []
        list =
            Self.places(boxes.map { [Self.corners($0)] }, try labels(.boxLabels))
            + Self.places(quads.map { [Self.points($0)] }, try labels(.labels))
            + Self.places(polygons.map { $0.map(Self.points) }, try labels(.polygonLabels))
    }

    private static func places(_ shapes: [[[Place.Point]]], _ labels: [String]) -> [Place] {
        shapes.enumerated().compactMap { index, rings in
            Place(label: index < labels.count ? labels[index] : "", rings: rings)
        }
    }

    /// Of x1, y1, x2, y2.
    private static func corners(_ box: [Double]) -> [Place.Point] {
        guard box.count >= 4 else { return [] }
        return points([box[0], box[1], box[2], box[1], box[2], box[3], box[0], box[3]])
    }

    /// Of x, y, x, y, ...
    private static func points(_ flat: [Double]) -> [Place.Point] {
        stride(from: 0, to: flat.count - flat.count % 2, by: 2).map { .init(x: flat[$0], y: flat[$0 + 1]) }
    }
}
