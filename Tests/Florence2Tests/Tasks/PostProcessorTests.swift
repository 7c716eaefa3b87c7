import Florence2
import Testing

/// Corners that the goldens leave out; what is expected was seen in transformers 5.23.
@Suite struct PostProcessorTests {
    private func answer(_ text: String, _ prompt: String) throws -> Answer {
        PostProcessor()(text, task: try TaskPrompt(prompt, anyPrompt: true), imageWidth: 1000, imageHeight: 500)
    }

    @Test("Text loses its marks and the white space around it, as Python strips it")
    func pureText() throws {
        #expect(
            try answer("</s><s> \u{1C}A\n<pad>\u{200B}<loc_1> \u{3000}</s>", "<CAPTION>")
                == .text("A\n<pad>\u{200B}<loc_1>"))
        #expect(try answer("<</s>s>x", "any words") == .text("<s>x"))
    }

    @Test("Boxes: labels in ASCII, numbers of any length and script, newlines")
    func boxes() throws {
        let huge = String(repeating: "9", count: 100)
        let text = """
            caf\u{E9}<loc_0><loc_007><loc_\u{663}><loc_999>a\nb<loc_1><loc_1><loc_1><loc_1>
             c <loc_1><loc_1><loc_1><loc_\(huge)>
            """
        guard case .boxes(let bboxes, let labels) = try answer(text, "<OD>") else { throw NotABox() }
        #expect(labels == ["caf", "c"])
        #expect(bboxes.first == [0.5, 3.75, 3.5, 499.75])
        #expect(bboxes.last.map { $0[3].isFinite && $0[3] > 1e18 } == true)
        #expect(try answer("x<loc_1><loc_2><loc_3>", "<OD>") == .boxes(bboxes: [], labels: []))
        #expect(try answer("x<loc_1><loc_2><loc_3><loc_>", "<OD>") == .boxes(bboxes: [], labels: []))
    }

    private struct NotABox: Error {}

    @Test("Grounding: banned words are passed over, case counts")
    func grounding() throws {
        let box = "<loc_1><loc_1><loc_1><loc_1>"
        #expect(
            try answer("it\(box) It\(box)the image\(box)a cat\(box)", "<CAPTION_TO_PHRASE_GROUNDING>x")
                == .boxes(bboxes: [[1.5, 0.75, 1.5, 0.75], [1.5, 0.75, 1.5, 0.75]], labels: ["It", "a cat"]))
    }

    @Test("Quads: eight locations, the label on one line; nine at the start give the first as label")
    func quads() throws {
        let seven = String(repeating: "<loc_1>", count: 7)
        let quad: [Float] = [1.5, 0.75, 1.5, 0.75, 1.5, 0.75, 1.5, 0.75]
        let prompt = "<OCR_WITH_REGION>"
        #expect(try answer("<loc_1>\(seven)", prompt) == .quads(quadBoxes: [], labels: []))
        #expect(try answer("<loc_2><loc_1>\(seven)", prompt) == .quads(quadBoxes: [quad], labels: ["<loc_2>"]))
        #expect(try answer("a\n b<loc_1>\(seven) ", prompt) == .quads(quadBoxes: [quad], labels: ["b"]))
        #expect(try answer("a\n<loc_1>\(seven)", prompt) == .quads(quadBoxes: [], labels: []))
    }

    @Test("Polygons: separators, odd numbers, labels of stray marks, runs that nothing ends")
    func polygons() throws {
        let prompt = "<REFERRING_EXPRESSION_SEGMENTATION>x"
        func polygons(_ polygons: [[[Float]]], _ labels: [String]) -> Answer {
            .polygons(polygons: polygons, labels: labels)
        }
        #expect(try answer("<loc_1><sep><sep><sep>", prompt) == polygons([], []))
        #expect(try answer("<loc_1><loc_1><loc_1><sep><loc_2>", prompt) == polygons([[[1.5, 0.75], []]], [""]))
        #expect(try answer("<sep></poly><loc_1><loc_1>", prompt) == polygons([[[1.5, 0.75]]], ["<sep></poly>"]))
        let nested = "<poly><loc_1><loc_2><poly><loc_5><loc_7></poly>"
        #expect(try answer(nested, prompt) == polygons([[[5.5, 3.75]]], [""]))
    }

    @Test("Open vocabulary: polygons if <poly> stands anywhere, else boxes; all four lists always")
    func openVocabulary() throws {
        let prompt = "<OPEN_VOCABULARY_DETECTION>x"
        let box = "cat<loc_1><loc_1><loc_1><loc_1>"
        #expect(
            try answer(box, prompt)
                == .boxesAndPolygons(
                    bboxes: [[1.5, 0.75, 1.5, 0.75]], bboxesLabels: ["cat"], polygons: [], polygonsLabels: []))
        #expect(
            try answer(box + "<poly>", prompt)
                == .boxesAndPolygons(bboxes: [], bboxesLabels: [], polygons: [], polygonsLabels: []))
    }

    @Test(
        "A megabyte of marks takes no quadratic time", .timeLimit(.minutes(10)),
        arguments: [
            "<", "<loc_", "<loc_1", "<loc_1>", "<sep>", "<poly>", "</poly>", "x<loc_1><loc_1><loc_1>", "\n",
            "<poly><sep></poly>",
        ])
    func hostile(unit: String) throws {
        let text = String(repeating: unit, count: 1_000_000 / unit.utf8.count)
        let region = "<loc_1><loc_1><loc_9><loc_9>"
        for prompt in ["<OD>", "<REGION_PROPOSAL>", "<OCR_WITH_REGION>", "<REGION_TO_SEGMENTATION>\(region)"] {
            _ = try answer(text, prompt)
        }
    }
}
