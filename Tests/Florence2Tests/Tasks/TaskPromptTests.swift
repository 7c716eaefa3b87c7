import Florence2
import Testing

@Suite struct TaskPromptTests {
    @Test(
        "Every task without input gives the processor's sentence",
        arguments: [
            ("<OCR>", "What is the text in the image?"),
            ("<OCR_WITH_REGION>", "What is the text in the image, with regions?"),
            ("<CAPTION>", "What does the image describe?"),
            ("<DETAILED_CAPTION>", "Describe in detail what is shown in the image."),
            ("<MORE_DETAILED_CAPTION>", "Describe with a paragraph what is shown in the image."),
            ("<OD>", "Locate the objects with category name in the image."),
            ("<DENSE_REGION_CAPTION>", "Locate the objects in the image, with their descriptions."),
            ("<REGION_PROPOSAL>", "Locate the region proposals in the image."),
            ("<GENERATE_TAGS>", "<GENERATE_TAGS>"), ("<ANALYZE>", "<ANALYZE>"), ("<MIXED_CAPTION>", "<MIXED_CAPTION>"),
            ("<MIXED_CAPTION_PLUS>", "<MIXED_CAPTION_PLUS>"),
        ])
    func withoutInput(token: String, sentence: String) throws {
        let words = token.dropFirst().dropLast().lowercased()
        let spellings = [
            token, token.lowercased(), " \n\(token)\t", words, words.replacing("_", with: " "),
            words.replacing("_", with: "-").uppercased(), "< \(words.replacing("_", with: "  ")) >",
        ]
        for spelling in spellings {
            let prompt = try TaskPrompt(spelling)
            #expect(prompt.task?.token == token)
            #expect(prompt.text == sentence)
            #expect(prompt.original == spelling)
        }
    }

    @Test(
        "Every task with input gives the processor's sentence; the input keeps its case and is stripped",
        arguments: [
            ("<CAPTION_TO_PHRASE_GROUNDING>A Green car", "Locate the phrases in the caption: A Green car"),
            ("<caption_to_phrase_grounding>  A Green car\n", "Locate the phrases in the caption: A Green car"),
            ("<Caption to phrase grounding> detailed caption", "Locate the phrases in the caption: detailed caption"),
            ("A car <CAPTION_TO_PHRASE_GROUNDING>", "Locate the phrases in the caption: A car"),
            ("<REFERRING_EXPRESSION_SEGMENTATION>a car", "Locate a car in the image with mask"),
            (
                "<REGION_TO_SEGMENTATION><loc_1><loc_2><loc_3><loc_4>",
                "What is the polygon mask of region <loc_1><loc_2><loc_3><loc_4>"
            ),
            ("<OPEN_VOCABULARY_DETECTION>a \u{1F697}", "Locate a \u{1F697} in the image."),
            ("<REGION_TO_CATEGORY><loc_1><loc_2><loc_3><loc_4>", "What is the region <loc_1><loc_2><loc_3><loc_4>?"),
            (
                "<region_to_description><loc_1><loc_2><loc_3><loc_4>",
                "What does the region <loc_1><loc_2><loc_3><loc_4> describe?"
            ),
            ("<REGION_TO_OCR><loc_1><loc_2><loc_3><loc_4>", "What text is in the region <loc_1><loc_2><loc_3><loc_4>?"),
            ("<OPEN_VOCABULARY_DETECTION>a<OPEN_VOCABULARY_DETECTION>b", "Locate ab in the image."),
            ("<OPEN_VOCABULARY_DETECTION>\u{301}x", "Locate \u{301}x in the image."),
        ])
    func withInput(prompt: String, sentence: String) throws {
        #expect(try TaskPrompt(prompt).text == sentence)
    }

    @Test("A task without input given text, or with input given none, is an error that says so")
    func misuse() {
        #expect(throws: TaskPromptError.takesNoInput(.caption)) { try TaskPrompt("<CAPTION> of a cat") }
        #expect(throws: TaskPromptError.takesNoInput(.objectDetection)) {
            try TaskPrompt("a cat <OD>", anyPrompt: true)
        }
        #expect(throws: TaskPromptError.takesNoInput(.objectDetection)) {
            try TaskPrompt("<CAPTION_TO_PHRASE_GROUNDING>a <OD>")
        }
        #expect(throws: TaskPromptError.needsInput(.regionToOCR)) { try TaskPrompt("<REGION_TO_OCR> ") }
        #expect(throws: TaskPromptError.needsInput(.captionToPhraseGrounding)) {
            try TaskPrompt("caption to phrase grounding")
        }
        #expect("\(TaskPromptError.takesNoInput(.caption))" == "<CAPTION> must stand alone: it takes no further text.")
        #expect("\(TaskPromptError.needsInput(.regionToOCR))".contains("<REGION_TO_OCR><loc_52>"))
    }

    @Test(
        "A region is four places from 0 to 999, in the order left, top, right, bottom",
        arguments: [
            ("hello", TaskPromptError.malformedRegion(.regionToOCR)),
            ("<loc_1><loc_2>", .malformedRegion(.regionToOCR)),
            ("<loc_-1><loc_2><loc_3><loc_4>", .malformedRegion(.regionToOCR)),
            ("<loc_1><loc_2><loc_3><loc_1000>", .malformedRegion(.regionToOCR)),
            ("<loc_1><loc_2><loc_3><loc_99999999999999999999>", .malformedRegion(.regionToOCR)),
            ("<loc_01><loc_2><loc_3><loc_4>", .malformedRegion(.regionToOCR)),
            ("<loc_\u{661}><loc_2><loc_3><loc_4>", .malformedRegion(.regionToOCR)),
            ("<LOC_1><loc_2><loc_3><loc_4>", .malformedRegion(.regionToOCR)),
            ("<loc_1><loc_2><loc_3><loc_4><loc_5>", .malformedRegion(.regionToOCR)),
            ("<loc_1><loc_2><loc_3><loc_4>x", .malformedRegion(.regionToOCR)),
            ("<loc_4><loc_2><loc_3><loc_4>", .reversedRegion(.regionToOCR)),
            ("<loc_1><loc_5><loc_3><loc_4>", .reversedRegion(.regionToOCR)),
        ])
    func regions(region: String, error: TaskPromptError) {
        #expect(throws: error) { try TaskPrompt("<REGION_TO_OCR>" + region) }
        #expect(throws: error) { try TaskPrompt("<region to ocr> " + region, anyPrompt: true) }
        #expect(error.description.contains("<REGION_TO_OCR>") && error.description.contains("<loc_n>"))
        // What is no task is nobody's region.
        #expect(throws: Never.self) { try TaskPrompt("<REGION>" + region, anyPrompt: true) }
        #expect(throws: Never.self) { try TaskPrompt("<REGION_TO_OCR>" + region, extraPrompts: ["<REGION_TO_OCR>"]) }
    }

    @Test("A region without width and height is one, and white space in it goes to the model as it came")
    func smallRegion() throws {
        let sentence = "What text is in the region <loc_0> <loc_0>\n<loc_0> <loc_999>?"
        #expect(try TaskPrompt("<REGION_TO_OCR><loc_0> <loc_0>\n<loc_0> <loc_999> ").text == sentence)
    }

    @Test(
        "An unknown prompt lists the valid ones",
        arguments: [
            "a cat", "<MIX_CAPTION>", "<DocVQA>", "caption of a cat", "<CAPTION", "CAPTION>", "capt\u{131}on", "<>",
            "<", "_",
            "caption to phrase grounding: a cat",
        ])
    func unknown(prompt: String) throws {
        let error = try #require(throws: TaskPromptError.self) { try TaskPrompt(prompt, extraPrompts: ["<Extra>"]) }
        #expect(error == .unknown(prompt: prompt, valid: TaskPrompt.allPrompts + ["<Extra>"]))
        for valid in TaskPrompt.allPrompts + ["<Extra>"] { #expect(error.description.contains(valid)) }
    }

    @Test("An empty prompt is an error even where any prompt goes")
    func empty() {
        for prompt in ["", " \n\u{3000}"] {
            #expect(throws: TaskPromptError.empty(valid: TaskPrompt.allPrompts)) {
                try TaskPrompt(prompt, anyPrompt: true)
            }
        }
    }

    @Test("Extra prompts go through literally, in the spelling given")
    func extraPrompts() throws {
        let extra = ["<DocVQA>", "Describe it"]
        #expect(try TaskPrompt(" <DocVQA> ", extraPrompts: extra).text == "<DocVQA>")
        #expect(try TaskPrompt("<docvqa> What is the Date?", extraPrompts: extra).text == "<DocVQA> What is the Date?")
        #expect(try TaskPrompt("describe IT", extraPrompts: extra).text == "Describe it")
        #expect(try TaskPrompt("<DocVQA>", extraPrompts: extra).task == nil)
        #expect(throws: TaskPromptError.self) { try TaskPrompt("Describe it in French", extraPrompts: extra) }
        #expect(try TaskPrompt("caption", extraPrompts: extra).task == .caption)
    }

    @Test("Where any prompt goes, what is no task is literal, trimmed, its case kept")
    func anyPrompt() throws {
        #expect(try TaskPrompt(" <MIX_CAPTION> Go ", anyPrompt: true).text == "<MIX_CAPTION> Go")
        #expect(try TaskPrompt("<MIX_CAPTION>", anyPrompt: true).task == nil)
        #expect(try TaskPrompt("detailed caption", anyPrompt: true).task == .detailedCaption)
    }

    @Test("The original's seven prompts, in its order")
    func promptGen() {
        #expect(
            TaskPrompt.promptGenPrompts == [
                "<GENERATE_TAGS>", "<CAPTION>", "<DETAILED_CAPTION>", "<MORE_DETAILED_CAPTION>", "<ANALYZE>",
                "<MIXED_CAPTION>", "<MIXED_CAPTION_PLUS>",
            ])
    }
}
