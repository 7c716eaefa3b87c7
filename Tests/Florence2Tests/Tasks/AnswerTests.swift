import Florence2
import Foundation
import Testing

@Suite struct AnswerTests {
    private func json(_ answer: Answer) throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = .sortedKeys
        return String(decoding: try encoder.encode(answer), as: UTF8.self)
    }

    @Test("An answer encodes to the task's bare object, coordinates in their shortest form")
    func encoding() throws {
        #expect(try json(.text("a \"cat\"")) == #""a \"cat\"""#)
        #expect(
            try json(.boxes(bboxes: [[33.6, 159.6, 0.5, 1000]], labels: ["a"]))
                == #"{"bboxes":[[33.6,159.6,0.5,1000]],"labels":["a"]}"#)
        #expect(try json(.quads(quadBoxes: [[6.72]], labels: ["a"])) == #"{"labels":["a"],"quad_boxes":[[6.72]]}"#)
        #expect(
            try json(.polygons(polygons: [[[1.5, 2.5]]], labels: [""])) == #"{"labels":[""],"polygons":[[[1.5,2.5]]]}"#)
        #expect(
            try json(.boxesAndPolygons(bboxes: [], bboxesLabels: [], polygons: [], polygonsLabels: []))
                == #"{"bboxes":[],"bboxes_labels":[],"polygons":[],"polygons_labels":[]}"#)
    }
}
