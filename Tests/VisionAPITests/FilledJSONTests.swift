import FakeEngine
import Florence2
import Foundation
import Images
import JSONScanning
import SeededRandom
import Testing
import VisionAPI

@Suite("JSON that is filled from tasks")
struct FilledJSONTests {
    let model: SpeakingModel

    init() throws { model = try SpeakingModel() }

    @Test("labels of PhotoPrism's schema carry how sure the model was")
    func labels() throws {
        let schema = Schemas.photoPrism(nsfw: false)
        let text = try fill(schema, [["<GENERATE_TAGS>": ("cat, red mat, cat", 0.5)]])
        #expect(
            text == #"{"labels":[{"name":"cat","confidence":0.5,"topicality":0.5},"#
                + #"{"name":"red mat","confidence":0.5,"topicality":0.5}]}"#)
    }

    @Test("texts are the newest image's, lists those of all, each thing once")
    func severalImages() throws {
        let text = try fill(
            Schemas.title,
            [
                ["<CAPTION>": ("a cat", 1), "<GENERATE_TAGS>": ("cat, mat", 1)],
                ["<CAPTION>": ("a \"dog\"", 1), "<GENERATE_TAGS>": ("dog, Cat", 1)],
            ])
        #expect(text == #"{"title":"a \"dog\"","keywords":["cat","mat","dog"]}"#)
    }

    @Test("a text is cut between words, a list at its end; what is too short is refused, left out or null")
    func lengths() throws {
        let answers = [["<CAPTION>": ("a cat on a mat", 1.0), "<OCR>": ("", 1.0), "<GENERATE_TAGS>": ("a, b, c", 1.0)]]
        let cut = #"{"properties":{"title":{"type":"string","maxLength":7},"tags":{"type":"array","maxItems":2}}}"#
        #expect(try fill(cut, answers) == #"{"title":"a cat","tags":["a","b"]}"#)
        let words = #"{"type":"string","minLength":1}"#
        #expect(throws: TaskChoiceError.unfulfilled(property: "text")) {
            try fill(#"{"properties":{"text":\#(words)},"required":["text"]}"#, answers)
        }
        #expect(
            try fill(#"{"properties":{"text":\#(words),"title":\#(words)}}"#, answers) == #"{"title":"a cat on a mat"}"#
        )
        let nullable = #"{"anyOf":[\#(words),{"type":"null"}]}"#
        #expect(
            try fill(#"{"properties":{"text":\#(nullable),"title":\#(words)},"required":["text","title"]}"#, answers)
                == #"{"text":null,"title":"a cat on a mat"}"#)
        #expect(throws: TaskChoiceError.unfulfilled(property: "tags")) {
            try fill(#"{"properties":{"tags":{"type":"array","minItems":4}},"required":["tags"]}"#, answers)
        }
    }

    @Test("of things only those that a list knows count")
    func knownThings() throws {
        let schema = #"{"properties":{"tags":{"type":"array","items":{"type":"string","enum":["Dog","cat","bird"]}}}}"#
        #expect(try fill(schema, [["<GENERATE_TAGS>": ("dog, mat, cat", 1)]]) == #"{"tags":["Dog","cat"]}"#)
    }

    @Test("several images without JSON are numbered, and no image gets a sentence")
    func plain() throws {
        let chooser = TaskChooser(knowsPromptGen: true)
        let choice = try chooser.choose(for: TaskQuery(text: "<CAPTION>"))
        #expect(choice.isStreamable)
        let captions = try ["a cat", "a dog"].map { [try model.caption(choice.prompts[0], $0, 1)] }
        #expect(try choice.text(of: [captions[0]]) == "a cat")
        #expect(try choice.text(of: captions) == "Image 1: a cat\nImage 2: a dog")
        let none = try chooser.choose(for: TaskQuery(text: "<CAPTION>", hasImage: false))
        #expect(none.prompts.isEmpty)
        #expect(try none.text(of: []).hasPrefix("No picture came"))
    }

    @Test("without PromptGen's words tags are the labels of <OD>, each once")
    func labelsOfObjects() throws {
        let choice = try TaskChooser(knowsPromptGen: false).choose(for: TaskQuery(text: "tags"))
        #expect(choice.tokens == ["<OD>"])
        #expect(!choice.isStreamable)
        let answer = "cat<loc_1><loc_2><loc_3><loc_4>dog<loc_1><loc_2><loc_3><loc_4><loc_5><loc_6><loc_7><loc_8>"
        #expect(try choice.text(of: [[try model.caption(choice.prompts[0], answer, 1)]]) == "cat, dog")
    }

    @Test("random schemas are obeyed or refused, and no judgement is made up", arguments: 0..<8 as Range<UInt64>)
    func random(part: UInt64) throws {
        let texts = ["a cat on a red mat near a dog", "", "cat, dog, cat, indoor, a long tag here", "z", "cat"]
        var filled = 0
        for seed in part * 1000..<(part + 1) * 1000 {
            var random = RandomSchema(seed: seed)
            let schema = random.next()
            let choice: TaskChoice
            let text: String
            do {
                choice = try TaskChooser(knowsPromptGen: seed % 2 == 0).choose(
                    for: TaskQuery(text: "x", json: .schema(schema)))
                let captions = try (0...Int(seed % 3)).map { image in
                    try choice.prompts.indices.map { prompt in
                        let said = texts[(Int(seed / 3) + image + prompt) % texts.count]
                        return try model.caption(choice.prompts[prompt], said, Double(seed % 11) / 10)
                    }
                }
                text = try choice.text(of: captions)
            } catch is TaskChoiceError {
                continue
            }
            filled += 1
            let value = try JSONTree(text: text)
            let isOpen = schema == .bool(true)
            #expect(isOpen || PlainSchema(root: schema).allows(value), "\(seed): \(schema.text) has \(text)")
            #expect(!Self.holdsBool(value), "\(seed): \(text)")
        }
        #expect(filled > 100)
    }

    @Test("hostile schemas are refused, or left out", arguments: hostileSchemas)
    func hostile(_ schema: String, _ expected: String) throws {
        let chooser = TaskChooser(knowsPromptGen: true)
        do {
            let choice = try chooser.choose(for: TaskQuery(text: "x", json: .schema(try JSONTree(text: schema))))
            #expect(choice.members?.text.hasPrefix(expected) == true, "\(choice.members?.text ?? "")")
        } catch let error as TaskChoiceError {
            #expect(error.subject == expected)
        } catch let error as JSONTreeError {
            #expect(expected == "limit", "\(error)")
        }
    }

    private static let hostileSchemas: [(String, String)] = [
        (nested(30), #"{"data":{"data":"#), (nested(31), #"{"data":{"data":"#), (nested(60), "limit"),
        (##"{"$ref":"#"}"##, "the JSON itself"),
        (##"{"properties":{"a":{"$ref":"#"},"title":{}},"required":["a"]}"##, "a"),
        (##"{"properties":{"a":{"$ref":"#/b"},"title":{}},"b":{"properties":{"a":{"$ref":"#/b"}}}}"##, #"{"title""#),
        (##"{"allOf":[{"$ref":"#/a"}],"a":{"$ref":"#/b"},"b":{"$ref":"#/a"}}"##, "the JSON itself"),
        (doubling(40), "schema"),
        ("{\"properties\":{" + (0..<5000).map { "\"p\($0)\":{}" }.joined(separator: ",") + "}}", "schema"),
        ("{\"enum\":[" + (0..<40000).map(String.init).joined(separator: ",") + "]}", "the JSON itself"),
        ("{\"title\":\"" + String(repeating: "x", count: 300_000) + "\"}", "limit"),
    ]

    private static func nested(_ levels: Int) -> String {
        String(repeating: #"{"properties":{"data":"#, count: levels) + "{}" + String(repeating: "}}", count: levels)
    }

    /// Each definition leads to the next one twice.
    private static func doubling(_ levels: Int) -> String {
        let definitions = (0..<levels).map { level in
            let next = ##"{"$ref":"#/d\##(level + 1)"}"##
            return #""d\#(level)":{"anyOf":[\#(next),\#(next)]}"#
        }
        return ##"{"properties":{"title":{"$ref":"#/d0"}},"## + definitions.joined(separator: ",")
            + #","d\#(levels)":{"type":"boolean"}}"#
    }

    private func fill(_ schema: String, _ answers: [[String: (String, Double)]]) throws -> String {
        let turn = TaskQuery(text: "x", json: .schema(try JSONTree(text: schema)))
        let choice = try TaskChooser(knowsPromptGen: true).choose(for: turn)
        return try choice.text(
            of: answers.map { answers in
                try choice.prompts.map { prompt in
                    let (text, probability) = answers[prompt.task?.token ?? ""] ?? ("", 0)
                    return try model.caption(prompt, text, probability)
                }
            })
    }

    private static func holdsBool(_ value: JSONTree) -> Bool {
        if value.bool != nil { return true }
        return (value.elements ?? value.members?.map(\.value) ?? []).contains(where: holdsBool)
    }
}

@Suite("How sure the model was")
struct TokenProbabilityTests {
    @Test("the length penalty changes the score, and not the mean probability of the tokens")
    func lengthPenalty() throws {
        let image = try FakeModel.image()
        let captioner = try Captioner(Demo.files, threads: 1)
        let captions = try [1.0, 2.0].map { penalty in
            try captioner.answer(
                image, prompt: TaskPrompt("<CAPTION>"), overrides: .init(numBeams: 1, lengthPenalty: penalty))
        }
        #expect(captions[0].tokenIDs == captions[1].tokenIDs)
        #expect(captions[0].score != captions[1].score)
        #expect(captions[0].meanTokenProbability == captions[1].meanTokenProbability)
        #expect(captions[0].meanTokenProbability > 0 && captions[0].meanTokenProbability <= 1)
        #expect(abs(captions[0].score - captions[0].logProbability / Float(captions[0].outputTokens)) < 1e-6)
    }
}

/// Captions as a model gives them that says what a test wants.
struct SpeakingModel {
    private let processor: Florence2Processor
    private let image: PreparedImage

    init() throws {
        processor = try Florence2Processor(Demo.files, limits: FakeEngine().limits)
        image = try FakeModel.image()
    }

    /// - Parameter probability: The mean of the tokens'.
    func caption(_ prompt: TaskPrompt, _ text: String, _ probability: Double) throws -> Caption {
        let tokens = text.isEmpty ? [0, 2] : try processor.promptIDs(TaskPrompt(text, anyPrompt: true))
        let sum = Float(log(probability)) * Float(tokens.count)
        return processor.caption(
            Hypothesis(tokens: [2] + tokens, score: sum, logProbability: sum),
            CaptionRequest(image: image, prompts: [prompt]), 0, promptTokens: 1,
            seconds: .init(vision: 0, encoder: 0, generate: 0))
    }
}
