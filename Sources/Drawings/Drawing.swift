package import Foundation

/// An image with the places of an answer drawn over it, as SVG. The page draws its own in the same way.
package struct Drawing: Sendable {
    /// Columns of the upright image, to which the places refer.
    package let width: Int
    /// Rows of the upright image.
    package let height: Int
    /// The image's name, as a title.
    package let title: String
    /// An answer that is a text.
    package let text: String?
    package let image: DrawnImage
    package let places: Places

    package init(
        width: Int, height: Int, title: String, text: String? = nil, image: DrawnImage, places: Places = Places([])
    ) {
        (self.width, self.height) = (width, height)
        (self.title, self.text, self.image, self.places) = (title, text, image, places)
    }

    /// What every drawing has near its beginning, and no other file.
    static let mark = (name: "data-drawn-by", value: "florence2-visionapi")

    /// Length by which lines and letters are measured: the long side is 900 of it.
    private var unit: Double { Double(max(width, height)) / 900 }

    /// The file.
    package func svg() -> Data {
        let (columns, rows) = ("\(width)", "\(height)")
        let sides = [("width", columns), ("height", rows)]
        var lines = [
            XMLText.tag(
                "svg",
                [("xmlns", "http://www.w3.org/2000/svg"), Self.mark, ("viewBox", "0 0 \(columns) \(rows)")] + sides),
            "<title>\(XMLText.escaped(title))</title>",
        ]
        if let text { lines.append("<desc>\(XMLText.escaped(text))</desc>") }
        // The model sees transparent images on white.
        lines.append(XMLText.tag("rect", sides + [("fill", "white")], isEmpty: true))
        lines.append(XMLText.tag("image", sides + [("href", image.address)], isEmpty: true))
        lines += numbered().flatMap(marks) + ["</svg>", ""]
        return Data(lines.joined(separator: "\n").utf8)
    }

    private struct Numbered {
        let place: Place
        let number: Int
        let colour: String
        let area: Double
    }

    /// Small places last, so that large ones do not cover them; with more than one label each has its colour.
    private func numbered() -> [Numbered] {
        var labels: [String: Int] = [:]
        for place in places.list where labels[place.label] == nil { labels[place.label] = labels.count }
        let numbered = places.list.enumerated().map { index, place in
            let frame = place.frame
            let colour = labels.count > 1 ? labels[place.label, default: 0] : index
            return Numbered(
                place: place, number: index + 1, colour: Self.colours[colour % Self.colours.count],
                area: (frame.right - frame.left) * (frame.bottom - frame.top))
        }
        return numbered.sorted { ($1.area, $0.number) < ($0.area, $1.number) }
    }

    private static let colours = [
        "#ff4d6d", "#2fb4ff", "#ffb020", "#35d07f", "#b57bff", "#ff8a3d", "#14d3c0", "#e8e337",
    ]

    /// The shape, and its label inside its upper left corner and inside the image.
    private func marks(_ drawn: Numbered) -> [String] {
        let name = drawn.place.label.isEmpty ? "Place \(drawn.number)" : drawn.place.label
        let frame = drawn.place.frame
        let room = Double(width) - 8.5 * unit * Double(name.count)
        let x = max(min(frame.left + 7 * unit, room), 3 * unit)
        let y = min(frame.top + 19 * unit, Double(height) - 5 * unit)
        let line = [("stroke-width", Self.number(3 * unit)), ("stroke-linejoin", "round")]
        let shape = [("d", Self.path(drawn.place)), ("fill", "none"), ("stroke", drawn.colour)]
        let label = [
            ("x", Self.number(x)), ("y", Self.number(y)), ("fill", "white"), ("stroke", "black"),
            ("paint-order", "stroke"), ("font-family", "sans-serif"), ("font-weight", "600"),
            ("font-size", Self.number(15 * unit)),
        ]
        return [
            XMLText.tag("path", shape + line, isEmpty: true),
            XMLText.tag("text", label + line) + XMLText.escaped(name) + "</text>",
        ]
    }

    private static func path(_ place: Place) -> String {
        place.rings.map { ring in
            "M" + ring.map { "\(number($0.x)) \(number($0.y))" }.joined(separator: "L") + "Z"
        }.joined()
    }

    /// Two digits behind the point are more than a screen shows; no answer names pixels beyond the limit.
    private static func number(_ value: Double) -> String {
        let hundredths = Int((min(max(value, -1e7), 1e7) * 100).rounded())
        let (whole, rest) = hundredths.magnitude.quotientAndRemainder(dividingBy: 100)
        let sign = hundredths < 0 ? "-" : ""
        if rest == 0 { return "\(sign)\(whole)" }
        return rest % 10 == 0 ? "\(sign)\(whole).\(rest / 10)" : "\(sign)\(whole).\(rest < 10 ? "0" : "")\(rest)"
    }
}
