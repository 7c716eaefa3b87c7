/// A task's answer. Coordinates are pixels of the upright image: x1, y1, x2, y2 of a box, x, y, ... of a polygon.
public enum Answer: Sendable, Equatable {
    case text(String)
    /// bboxes [n][4], labels [n]
    case boxes(bboxes: [[Float]], labels: [String])
    /// quadBoxes [n][8], labels [n]
    case quads(quadBoxes: [[Float]], labels: [String])
    /// polygons [n][polygons of one instance][x, y, x, y, ...], labels [n]
    case polygons(polygons: [[[Float]]], labels: [String])
    /// Either both lists of boxes are empty or both lists of polygons.
    case boxesAndPolygons(
        bboxes: [[Float]], bboxesLabels: [String], polygons: [[[Float]]], polygonsLabels: [String])
}

/// Writes the bare string, or the task's object with the processor's keys.
///
/// Coordinates stay float32: `JSONEncoder` writes their shortest form, 33.6 and not 33.599998474121094.
extension Answer: Encodable {
    private enum Key: String, CodingKey {
        case bboxes, labels, polygons
        case quadBoxes = "quad_boxes"
        case bboxesLabels = "bboxes_labels"
        case polygonsLabels = "polygons_labels"
    }

    public func encode(to encoder: any Swift.Encoder) throws {
        if case .text(let text) = self {
            var container = encoder.singleValueContainer()
            return try container.encode(text)
        }
        var container = encoder.container(keyedBy: Key.self)
        switch self {
        case .text: break
        case .boxes(let bboxes, let labels):
            try container.encode(bboxes, forKey: .bboxes)
            try container.encode(labels, forKey: .labels)
        case .quads(let quadBoxes, let labels):
            try container.encode(quadBoxes, forKey: .quadBoxes)
            try container.encode(labels, forKey: .labels)
        case .polygons(let polygons, let labels):
            try container.encode(polygons, forKey: .polygons)
            try container.encode(labels, forKey: .labels)
        case .boxesAndPolygons(let bboxes, let bboxesLabels, let polygons, let polygonsLabels):
            try container.encode(bboxes, forKey: .bboxes)
            try container.encode(bboxesLabels, forKey: .bboxesLabels)
            try container.encode(polygons, forKey: .polygons)
            try container.encode(polygonsLabels, forKey: .polygonsLabels)
        }
    }
}
