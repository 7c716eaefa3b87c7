import Drawings
import Foundation
import Testing

#if canImport(FoundationXML)
    import FoundationXML
#endif

@Suite("Drawings")
struct DrawingTests {
    @Test(
        "boxes, quads and polygons become closed paths with their labels",
        arguments: [
            (#"{"bboxes":[[1,2,33.6,40]],"labels":["cat"]}"#, ["M1 2L33.6 2L33.6 40L1 40Z"], ["cat"]),
            (
                #"{"quad_boxes":[[0,0,9,1,9,5,0,4.25]],"labels":["</s>FISH & \"chips\" <"]}"#,
                ["M0 0L9 1L9 5L0 4.25Z"], [#"</s>FISH & "chips" <"#]
            ),
            (
                #"{"polygons":[[[0,0,4,0,4,4],[1,1,2,1,2,2]],[[5,5,6,6]]],"labels":["hole","a line"]}"#,
                ["M0 0L4 0L4 4ZM1 1L2 1L2 2Z"], ["hole"]
            ),
            (
                #"{"bboxes":[[0,0,10,10]],"bboxes_labels":["box"],"polygons":[],"polygons_labels":[]}"#,
                ["M0 0L10 0L10 10L0 10Z"], ["box"]
            ),
            (
                #"{"bboxes":[],"bboxes_labels":[],"polygons":[[[0,0,4,0,4,4]]],"polygons_labels":["shape"]}"#,
                ["M0 0L4 0L4 4Z"], ["shape"]
            ),
            (
                #"{"bboxes":[[0,0,5,5],[0,0,9,9]],"labels":["",""]}"#,
                ["M0 0L9 0L9 9L0 9Z", "M0 0L5 0L5 5L0 5Z"], ["Place 2", "Place 1"]
            ),
            (#"{"bboxes":[],"labels":[]}"#, [], []),
            (#"{"bboxes":[[1,2],[]],"labels":["short"]}"#, [], []),
        ])
    func places(answer: String, paths: [String], labels: [String]) throws {
        let places = try JSONDecoder().decode(Places.self, from: Data(answer.utf8))
        let drawn = try parsed(Drawing(width: 50, height: 50, title: "a", image: .linked("./a.png"), places: places))
        #expect(drawn.attributes("path", "d") == paths)
        #expect(drawn.texts("text") == labels)
    }

    @Test("names and answers of any characters make well-formed XML")
    func names() throws {
        let title = "a<b>&\"'\u{1}\u{FFFE}\n]]> é😀.jpg"
        let drawing = Drawing(
            width: 4, height: 3, title: title, text: "<script>&amp;", image: .embedded(Data([0xFF, 0xD8, 0xFF, 0xE0])))
        let drawn = try parsed(drawing)
        #expect(drawn.texts("title") == ["a<b>&\"'\u{FFFD}\u{FFFD}\n]]> é😀.jpg"])
        #expect(drawn.texts("desc") == ["<script>&amp;"])
        #expect(drawn.attributes("image", "href") == ["data:image/jpeg;base64,/9j/4A=="])
        #expect(drawn.attributes("svg", "viewBox") == ["0 0 4 3"])
        #expect(drawn.texts("script").isEmpty)
    }

    @Test("a label near the edge stays inside the picture, and a wild coordinate is no trap")
    func edges() throws {
        let answer = #"{"bboxes":[[880,890,900,900],[-1e300,0,1e300,5]],"labels":["twelve words","b"]}"#
        let places = try JSONDecoder().decode(Places.self, from: Data(answer.utf8))
        let drawn = try parsed(Drawing(width: 900, height: 900, title: "a", image: .linked("./a"), places: places))
        #expect(drawn.attributes("text", "x") == ["3", "798"])
        #expect(drawn.attributes("text", "y").last == "895")
    }

    @Test("ten thousand places are drawn in one go")
    func many() throws {
        let boxes = (0..<10_000).map { "[\($0 % 97),\($0 % 89),\($0 % 97 + 3),\($0 % 89 + 2)]" }
        let labels = (0..<10_000).map { "\"label \($0 % 700)\"" }
        let answer = #"{"bboxes":[\#(boxes.joined(separator: ","))],"labels":[\#(labels.joined(separator: ","))]}"#
        let places = try JSONDecoder().decode(Places.self, from: Data(answer.utf8))
        let drawn = try parsed(Drawing(width: 100, height: 100, title: "a", image: .linked("./a"), places: places))
        #expect(drawn.attributes("path", "d").count == 10_000)
        #expect(Set(drawn.attributes("path", "stroke")).count == 8)
    }

    private func parsed(_ drawing: Drawing) throws -> DrawnXML {
        let (parser, xml) = (XMLParser(data: drawing.svg()), DrawnXML())
        parser.delegate = xml
        try #require(parser.parse(), "\(String(describing: parser.parserError))")
        return xml
    }
}

/// What a drawing holds, as an XML parser reads it.
private final class DrawnXML: NSObject, XMLParserDelegate {
    private var elements: [(name: String, attributes: [String: String], text: String)] = []
    private var open: [Int] = []

    func attributes(_ element: String, _ name: String) -> [String] {
        elements.filter { $0.name == element }.map { $0.attributes[name] ?? "" }
    }

    func texts(_ element: String) -> [String] { elements.filter { $0.name == element }.map(\.text) }

    func parser(
        _ parser: XMLParser, didStartElement name: String, namespaceURI: String?, qualifiedName: String?,
        attributes: [String: String]
    ) {
        open.append(elements.count)
        elements.append((name, attributes, ""))
    }

    func parser(_ parser: XMLParser, foundCharacters text: String) {
        if let last = open.last { elements[last].text += text }
    }

    func parser(
        _ parser: XMLParser, didEndElement name: String, namespaceURI: String?, qualifiedName: String?
    ) { _ = open.popLast() }
}
