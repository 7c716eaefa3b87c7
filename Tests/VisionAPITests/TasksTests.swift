import Florence2
import Foundation
import Hummingbird
import HummingbirdTesting
import Testing
import VisionAPI
import VisionAPITypes

/// The prompts that programs send, and the task that answers each, asked for as a user would.
@Suite("Which task answers a chat")
struct TasksTests {
    @Test("the prompts of programs", arguments: ProgramPrompt.all)
    func programs(_ row: ProgramPrompt) async throws {
        #expect(try await answer(row.query) == row.answer, "\(row.source)")
    }

    @Test(
        "on a model without PromptGen's words tags come from the labels of <OD>",
        arguments: [
            (["prompt": "Generate tags for this image."], "<OD>"),
            (["prompt": "<GENERATE_TAGS>"], "<OD>"),
            (["model": "florence-2:tags"], "<OD>"),
            (["prompt": "Write a MidJourney prompt for this image."], "<MORE_DETAILED_CAPTION>"),
            (["prompt": "<MIX_CAPTION>"], "<MORE_DETAILED_CAPTION>"),
            (["prompt": "caption and tags", "json": "1"], #"{"caption":"<CAPTION>","tags":"<OD>"}"#),
        ])
    func withoutPromptGen(_ query: [String: String], _ expected: String) async throws {
        let configuration = ServerConfiguration(modelName: "microsoft/Florence-2-large")
        #expect(try await answer(query, configuration) == expected)
    }

    @Test("a name with promptgen in it tells that the model knows the words, and so does the option")
    func promptGen() async throws {
        let query = ["prompt": "Generate tags for this image."]
        let named = ServerConfiguration(modelName: "MiaoshouAI/Florence-2-base-PromptGen-v2.0")
        #expect(try await answer(query, named) == "<GENERATE_TAGS>")
        let told = ServerConfiguration(modelName: "mine", tasks: TaskChooser(knowsPromptGen: true))
        #expect(try await answer(query, told) == "<GENERATE_TAGS>")
    }

    @Test(
        "a field, a token, a name, the model's name, words for JSON, other words, the default: in this order",
        arguments: [
            (["prompt": "What is this?"], "<MORE_DETAILED_CAPTION>"),
            (["prompt": "Describe it briefly."], "<CAPTION>"),
            (["prompt": "Describe it briefly, as JSON with a description."], #"{"description":"<DETAILED_CAPTION>"}"#),
            (["prompt": "As JSON with a description.", "model": "florence-2:tags"], "<GENERATE_TAGS>"),
            (["prompt": "OCR", "model": "florence-2:tags"], "<OCR>"),
            (["prompt": "Run <od>, briefly", "model": "florence-2:tags"], "<OD>"),
            (["prompt": "<OCR>", "json": "1"], #"{"caption":"<OCR>","tags":"<GENERATE_TAGS>"}"#),
            (["prompt": "<OD>", "json": "1"], #""<OD>""#),
            (
                ["prompt": "x", "model": "florence-2:more-detailed", "schema": Schemas.title],
                #"{"title":"<MORE_DETAILED_CAPTION>","keywords":"<GENERATE_TAGS>"}"#
            ),
        ])
    func order(_ query: [String: String], _ expected: String) async throws {
        #expect(try await answer(query) == expected)
    }

    @Test("the default is what the options say")
    func defaultTask() async throws {
        let tasks = TaskChooser(knowsPromptGen: true, defaultTask: .detailedCaption)
        let configuration = ServerConfiguration(modelName: "demo", tasks: tasks)
        #expect(try await answer(["prompt": "What is this?"], configuration) == "<DETAILED_CAPTION>")
    }

    @Test(
        "tokens and names in every spelling",
        arguments: [
            ("<more detailed-caption>", "<MORE_DETAILED_CAPTION>"), ("Detailed Caption", "<DETAILED_CAPTION>"),
            ("please <OPEN_VOCABULARY_DETECTION> a cat", "<OPEN_VOCABULARY_DETECTION>"),
            ("<<CAPTION> and <nothing>", "<CAPTION>"), ("mix caption plus", "<MIXED_CAPTION_PLUS>"),
            ("<OPEN_VOCABULARY_DETECTION>", "refused prompt"), ("<REGION_TO_OCR>here", "refused prompt"),
        ])
    func spellings(_ prompt: String, _ expected: String) async throws {
        #expect(try await answer(["prompt": prompt]) == expected)
    }

    @Test(
        "the model's name may name the task",
        arguments: TaskName.aliases.map { ($0.name, $0.task.token) } + [
            ("more_detailed_caption", "<MORE_DETAILED_CAPTION>"), ("tags:latest", "<GENERATE_TAGS>"),
            ("latest", "<MORE_DETAILED_CAPTION>"), ("4b", "<MORE_DETAILED_CAPTION>"),
        ])
    func modelNames(_ name: String, _ expected: String) async throws {
        #expect(try await answer(["prompt": "hello", "model": "florence-2:" + name]) == expected)
    }

    @Test("a message may be nothing but a demand for JSON")
    func demandForJSON() {
        let demand = "Respond with a JSON value conforming to the following schema:\n```\n"
        #expect(TaskChooser.isDemandForJSON(demand + Schemas.title + "\n```"))
        #expect(TaskChooser.isDemandForJSON("Answer in JSON. Use this format: {\"title\": str}"))
        #expect(!TaskChooser.isDemandForJSON("Describe the image briefly.\nAnswer in JSON."))
        #expect(!TaskChooser.isDemandForJSON("What is this?"))
        #expect(!TaskChooser.isDemandForJSON(""))
    }

    @Test("without an image nothing runs, and JSON that a field asks for is refused")
    func noImage() async throws {
        #expect(try await answer(["prompt": "<OCR>", "image": "0"]) == "null")
        #expect(try await answer(["prompt": "a title in JSON", "image": "0"]) == "null")
        #expect(try await answer(["prompt": "a title", "image": "0", "json": "1"]) == "refused image")
        #expect(try await answer(["image": "0", "schema": Schemas.title]) == "refused image")
    }

    @Test("parameters that are wrong are 400, and others are passed over")
    func parameters() async throws {
        try await Demo.application().test(.router) { client in
            for query in ["image=maybe", "json=2", "schema=%7B", "schema=nonsense"] {
                let response = try await client.get("/tasks?" + query)
                #expect(response.status == .badRequest, "\(query)")
                #expect(try response.code == .invalidField)
            }
            let odd = try await client.get("/tasks?&&=&prompt=%zz+%2B&prompt=write+tags&other=1&image")
            #expect(String(buffer: odd.body).hasPrefix(#"{"task":"<GENERATE_TAGS>","because":""#))
        }
    }

    /// The token, the JSON's members, or what is refused.
    private func answer(
        _ query: [String: String], _ configuration: ServerConfiguration = .init(modelName: "demo")
    ) async throws -> String {
        let pairs = query.map { name, value in
            let allowed = CharacterSet.alphanumerics
            return name + "=" + (value.addingPercentEncoding(withAllowedCharacters: allowed) ?? "")
        }
        return try await Demo.application(around: Demo.host(), configuration).test(.router) { client in
            let response = try await client.get("/tasks?" + pairs.joined(separator: "&"))
            #expect(response.status == .ok)
            let text = String(buffer: response.body)
            let body = try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any]
            #expect((body?["because"] as? String)?.hasSuffix(".") == true)
            if let refused = body?["refused"] as? String { return "refused " + refused }
            if let task = body?["task"] as? String { return task }
            guard text.hasPrefix(#"{"json":"#), let end = text.range(of: #","because":"#) else { return "null" }
            return String(text[text.index(text.startIndex, offsetBy: 8)..<end.lowerBound])
        }
    }
}

/// A prompt of a program, and what answers it on a PromptGen model.
struct ProgramPrompt: Sendable, CustomTestStringConvertible {
    let source: String
    let query: [String: String]
    let answer: String

    var testDescription: String { source }

    init(_ source: String, _ prompt: String, _ query: [String: String] = [:], _ answer: String) {
        self.source = source
        self.query = query.merging(["prompt": prompt]) { first, _ in first }
        self.answer = answer
    }

    private static let usual = "<MORE_DETAILED_CAPTION>"
    private static let labels = #"{"labels":"<GENERATE_TAGS>"}"#

    static let all: [ProgramPrompt] = captions + trainers + programs + json + withoutImage

    private static let captions: [ProgramPrompt] = [
        .init("SillyTavern", "What\u{2019}s in this image?", usual),
        .init("n8n", "What's in this image?", usual),
        .init("LiteLLM, ollama/", "### User:\nWhat is in this image?\n\n", usual),
        .init("LangChain, Ollama", "\nWhat is in this image?", usual),
        .init(
            "PhotoPrism",
            """
            Create a caption with exactly one sentence in the active voice that describes the main visual content. Begin \
            with the main subject and clear action. Avoid text formatting, meta-language, and filler words.
            """, "<CAPTION>"),
        .init("docling", "Describe this image in a few sentences.", "<DETAILED_CAPTION>"),
        .init("docling, granite", "What is shown in this image?", usual),
        .init("MarkItDown", "Write a detailed caption for this image.", usual),
        .init("x.infer", "Caption this image", "<CAPTION>"),
        .init("/process_image", "detailed caption", "<DETAILED_CAPTION>"),
        .init(
            "immich-analyze",
            """
            Create a detailed description for the image for proper image search functionality. In the response, provide \
            only the description without introductory words.
            """, usual),
        .init(
            "NVDA AI Content Describer",
            """
            Describe this image succinctly, but in as much detail as possible to someone who is blind. If there is text, \
            ensure it is included in your response.
            """, usual),
        .init("LLM Vision", "Describe the image", usual),
        .init(
            "LLM Vision, system", "",
            [
                "system": """
                Analyze the images and give a concise, objective event summary (<255 chars). Focus on people, pets, and \
                moving objects; track changes across images. Exclude static details, avoid speculation, and follow user \
                instructions.
                """
            ], "<CAPTION>"),
        .init("LLM Vision, labels", "Image 1:\nfront_door.jpg:\nDescribe the image", usual),
        .init(
            "Frigate, objects",
            """
            Analyze the sequence of images containing the {label}. Focus on the likely intent or behavior of the {label} \
            based on its actions and movement, rather than describing its appearance or the surroundings. Consider what \
            the {label} is doing, why, and what it might do next.
            """, usual),
        .init("LLMII", "Describe the image. Be specific", usual),
        .init("BooruDatasetTagManager", "", usual),
        .init("labels only", "Image 1:\nImage 2:", ["system": "Write tags."], "<GENERATE_TAGS>"),
        .init(
            "paperless-gpt",
            """
            Just transcribe the text in this image and preserve the formatting and layout (high quality OCR). Do that for \
            ALL the text in the image. Be thorough and pay attention. This is very important.
            """, "<OCR>"),
    ]

    private static let trainers: [ProgramPrompt] = [
        .init("taggui, llava 1.5", "Describe the image in twenty words or less.", "<CAPTION>"),
        .init("taggui, llava-next", "Describe the image in one sentence.", "<CAPTION>"),
        .init("taggui, joycaption", "Briefly describe the image.", "<CAPTION>"),
        .init("taggui, xcomposer2", "Concisely describe the image.", "<CAPTION>"),
        .init("taggui, florence_2", "<MORE_DETAILED_CAPTION>", usual),
        .init("taggui, PromptGen", "<MIXED_CAPTION_PLUS>", "<MIXED_CAPTION_PLUS>"),
        .init("Miaoshouai's node", "<MIX_CAPTION_PLUS>", "<MIXED_CAPTION_PLUS>"),
        .init("comfyui-ollama, vision", "describe the image", usual),
        .init("comfyui-ollama, generate", "What is art?", ["system": "You are an AI artist."], usual),
        .init(
            "ComfyUI-Ollama-Describer",
            """
            Return a list of danbooru tags for this image, formatted as lowercase, separated by commas.
            """, "<GENERATE_TAGS>"),
        .init("JoyCaption", "Write a detailed description for this image.", usual),
        .init("JoyCaption, casual", "Write a descriptive caption for this image in a casual tone.", usual),
        .init("JoyCaption, straightforward", straightforward, usual),
        .init(
            "JoyCaption, Stable Diffusion",
            "Output a stable diffusion prompt that is indistinguishable from a real stable diffusion prompt.",
            "<MIXED_CAPTION>"),
        .init("JoyCaption, MidJourney", "Write a MidJourney prompt for this image.", "<MIXED_CAPTION>"),
        .init(
            "JoyCaption, Danbooru",
            """
            Generate only comma-separated Danbooru tags (lowercase_underscores). Strict order: `artist:`, `copyright:`, \
            `character:`, `meta:`, then general tags. Include counts (1girl), appearance, clothing, accessories, pose, \
            expression, actions, background. Use precise Danbooru syntax. No extra text.
            """, "<GENERATE_TAGS>"),
    ]

    private static let straightforward = """
        Write a straightforward caption for this image. Begin with the main subject and medium. Mention pivotal \
        elements—people, objects, scenery—using confident, definite language. Focus on concrete details like color, \
        shape, texture, and spatial relationships. Show how elements interact. Omit mood and speculative wording. If \
        text is present, quote it exactly. Note any watermarks, signatures, or compression artifacts. Never mention \
        what's absent, resolution, or unobservable details. Vary your sentence structure and keep the description \
        concise, without starting with “This image is…” or similar phrasing.
        """

    private static let programs: [ProgramPrompt] = [
        .init("a question", "What colour is the car?", usual),
        .init("places", "Detect all objects and give their bounding boxes.", "<OD>"),
        .init("a sign", "What does the sign say?", "<OCR>"),
        .init("a sign to read", "Read the sign", "<OCR>"),
        .init("what it says", "Tell me what the sign on the left says.", "<OCR>"),
        .init("a plate", "What does the license plate say?", "<OCR>"),
        .init("a receipt", "Please read this receipt.", "<OCR>"),
        .init("a price tag that is there", "Describe the price tag.", usual),
        .init("a price tag to read", "What does the price tag say?", "<OCR>"),
        .init("price tags", "Are there any price tags on the shelf?", usual),
        .init("the label that is there", "Describe the bottle and the label.", usual),
        .init("to tag", "Tag this image.", "<GENERATE_TAGS>"),
        .init("to caption and tag", "Caption and tag the picture", "<GENERATE_TAGS>"),
        .init("what to say", "What do you want to say about this picture?", usual),
        .init("under 20 words", "Describe this image in under 20 words.", "<CAPTION>"),
        .init("under 50 words", "Describe this image in under 50 words.", "<DETAILED_CAPTION>"),
        .init("detail within 50 words", "Write a detailed description, max. 50 words.", "<DETAILED_CAPTION>"),
        .init("fifty words or less", "Describe this image in fifty words or less.", "<DETAILED_CAPTION>"),
        .init("two hundred words", "Describe it in no more than two hundred words.", usual),
        .init("50 words at least", "Describe it in at least 50 words.", usual),
        .init("words of each sentence", "Describe it in 3 sentences of 10 words each.", "<DETAILED_CAPTION>"),
        .init("tags within 50 words", "Write tags, at most 50 words.", "<GENERATE_TAGS>"),
        .init("two paragraphs", "Write two long paragraphs about this.", usual),
        .init("alt text", "Write an alt text for this picture.", "<CAPTION>"),
        .init("a few words", "Describe it in 10 words", "<CAPTION>"),
        .init("not JSON", "Describe the picture in 1-2 sentences. Do not answer in JSON.", "<DETAILED_CAPTION>"),
        .init("no other than JSON", "Title, with no text other than JSON.", #"{"Title":"<CAPTION>"}"#),
        .init(
            "if there are none", "Tags. If there are no tags, answer with empty JSON.", #"{"Tags":"<GENERATE_TAGS>"}"#),
        .init("an aside", "Describe this image. Do not include any tags or text in the picture.", usual),
    ]

    private static let json: [ProgramPrompt] = [
        .init("text as JSON", "Extract all text in the image and return it as JSON.", #"{"text":"<OCR>"}"#),
        .init("text as JSON, by field", "Extract all text", ["json": "1"], #"{"text":"<OCR>"}"#),
        .init(
            "text as JSON, in lines", "Extract all the text from this document as a JSON object. Do not add anything.",
            #"{"text":"<OCR>"}"#),
        .init("a sign as JSON", "What does the sign say? Answer in JSON.", #"{"text":"<OCR>"}"#),
        .init(
            "50 words as JSON", "Describe this image in under 50 words, as JSON with a caption.",
            #"{"caption":"<DETAILED_CAPTION>"}"#),
        .init("PhotoPrism, labels", photoPrismLabels, ["json": "1"], labels),
        .init(
            "PhotoPrism, labels, strict",
            photoPrismLabels
                + #" Respond with JSON exactly like {"labels":[{"name":"sunset","confidence":0.72,"topicality":0.64}]} and "#
                + "adjust the values for this image.", ["json": "1"], labels),
        .init("PhotoPrism, labels, cut", photoPrismLabels + #" Respond with JSON exactly like {"labels":...}"#, labels),
        .init(
            "PhotoPrism, labels, NSFW",
            """
            Analyze the image and return label objects with name (single-word noun), confidence (0-1), topicality (0-1), \
            nsfw (true when the label describes sensitive or adult content), and nsfw_confidence (0-1). Respond with JSON \
            exactly like {"labels":[{"name":"sunset","confidence":0.72,"topicality":0.64,"nsfw":false,\
            "nsfw_confidence":0.02}]} and adjust the values for this image.
            """, ["json": "1"], labels),
        .init(
            "PhotoPrism, labels, NSFW, short",
            "Analyze the image and return label objects with name, confidence, topicality, nsfw, nsfw_confidence",
            ["json": "1"], labels),
        .init(
            "PhotoPrism, NSFW by schema", photoPrismLabels, ["schema": Schemas.photoPrism(nsfw: true)], "refused nsfw"),
        .init("PhotoPrism by schema", photoPrismLabels, ["schema": Schemas.photoPrism(nsfw: false)], labels),
        .init(
            "karakeep",
            """

            You are an expert whose responsibility is to help with automatic tagging for a read-it-later app.
            Please analyze the attached image and suggest relevant tags that describe its key themes, topics, and main \
            ideas. The rules are:
            - Aim for a variety of tags, including broad categories, specific keywords, and potential sub-genres.
            - The tags must be in english.
            - If the tag is not generic enough, don't include it.
            - Aim for 10-15 tags.
            - If there are no good tags, don't emit any.
            You must respond in valid JSON with the key "tags" and the value is list of tags. Don't wrap the response in a \
            markdown code.
            """, #"{"tags":"<GENERATE_TAGS>"}"#),
        .init(
            "LLM Vision, Glimpse",
            """
            Task: Analyze the provided security camera image and generate a smart-home event notification.

            Output:
            Return a single valid JSON object with exactly two string fields:
            - "title": a short summary (2-5 words)
            - "description": a brief factual description of what is happening

            Title Rules:
            The "title" must:
            - Be 2-5 words
            All additional detail belongs in "description".
            - the title must contain the word "delivery":
            """, #"{"title":"<CAPTION>","description":"<DETAILED_CAPTION>"}"#),
        .init(
            "LLM Vision, Glimpse, short",
            "Task: Analyze the provided security camera image. Answer in JSON: title, description",
            #"{"title":"<CAPTION>","description":"<DETAILED_CAPTION>"}"#),
        .init(
            "Frigate, review",
            """
            Please analyze the image(s), which are in chronological order, strictly from the perspective of the front \
            security camera.

            Your response **MUST** be a flat JSON object with:
            - `scene` (string): A full description including setting, entities, actions.
            - `confidence` (float): A number 0-1 for overall confidence in the analysis.
            - `potential_threat_level` (integer, optional): Include only if there is a clear, observable security concern:
                - 0 = Normal activity is occurring
            """, #"{"scene":"<DETAILED_CAPTION>","confidence":"<DETAILED_CAPTION>"}"#),
        .init(
            "Frigate, review, short",
            "Please analyze the image(s). Answer with a flat JSON: scene, confidence, potential_threat_level",
            "refused potential_threat_level"),
        .init(
            "Frigate, review by schema", "Please analyze", ["schema": Schemas.frigate], "refused potential_threat_level"
        ),
        .init(
            "lrc-ai-assistant", "All results should be generated in English", ["schema": Schemas.lightroom],
            #"{"Image caption":"<CAPTION>","Image title":"<CAPTION>","Image Alt Text":"<DETAILED_CAPTION>","#
                + #""keywords":"<GENERATE_TAGS>"}"#),
        .init(
            "lrc-ai-assistant, hierarchy", "All results should be generated in English",
            ["schema": Schemas.lightroomHierarchy], "refused Activities"),
        .init(
            "LLMII",
            """
            Return a JSON object containing a Description for the image and a list of Keywords.

            Write the Description using the active voice.

            Generate 5 to 10 Keywords. Each Keyword is an item in a list and will be composed of a maximum of two words.

            Use ENGLISH only. Generate ONLY a JSON object with the keys Description and Keywords as follows \
            {"Description": str, "Keywords": []}
            """, #"{"Description":"<DETAILED_CAPTION>","Keywords":"<GENERATE_TAGS>"}"#),
        .init(
            "LLMII, start", "Return a JSON object containing a Description for the image and a list of Keywords.",
            #"{"Description":"<DETAILED_CAPTION>","Keywords":"<GENERATE_TAGS>"}"#),
        .init(
            "LLMII, tags",
            """
            Return a JSON object with key Keywords with the value as array of Keywords and tags that describe the image as \
            follows: {"Keywords": []}
            """, #"{"Keywords":"<GENERATE_TAGS>"}"#),
        .init(
            "JoyCaption, JSON",
            straightforward + """


                Write a json-formatted list of booru-like tags for this image.

                Return the results in a JSON object, under the "description" and "tags" keys. Do not return any text \
                outside the JSON. Do not return markdown, return just a raw json object
                """, #"{"description":"<DETAILED_CAPTION>","tags":"<GENERATE_TAGS>"}"#),
        .init(
            "genkit",
            "Describe it\nOutput should be in JSON format and conform to the following schema:\n\n```\n"
                + Schemas.title + "\n```\n", #"{"title":"<CAPTION>","keywords":"<GENERATE_TAGS>"}"#),
        .init(
            "Microsoft.Extensions.AI", "What is it?", ["schema": Schemas.extensions],
            #"{"Caption":"<CAPTION>","Tags":"<GENERATE_TAGS>","IsDaylight":null}"#),
        .init("Microsoft.Extensions.AI, list", "Tags", ["schema": Schemas.wrapped], #"{"data":"<GENERATE_TAGS>"}"#),
        .init(
            "nothing named", "Describe the image", ["json": "1"], #"{"caption":"<CAPTION>","tags":"<GENERATE_TAGS>"}"#),
        .init(
            "an envelope", "x", ["schema": #"{"name":"a","schema":\#(Schemas.title)}"#],
            #"{"title":"<CAPTION>","keywords":"<GENERATE_TAGS>"}"#),
    ]

    private static let photoPrismLabels =
        "Analyze the image and return label objects with name, confidence (0-1), and topicality (0-1)."

    private static let withoutImage: [ProgramPrompt] = [
        .init(
            "LLM Vision, title", "Generate a clear event title (<6 words) from the description.", ["image": "0"], "null"
        ),
        .init("Open WebUI, title", "### Task:\nGenerate a concise title", ["image": "0"], "null"),
        .init("Open WebUI, tags", "### Task:\nGenerate 1-3 broad tags, as JSON", ["image": "0"], "null"),
        .init("Open WebUI, questions", "### Task:\nPredict 3-5 useful messages", ["image": "0"], "null"),
    ]

    private init(_ source: String, _ prompt: String, _ answer: String) {
        self.init(source, prompt, [:], answer)
    }
}

/// Schemas that programs send.
enum Schemas {
    static let title =
        #"{"type":"object","properties":{"title":{"type":"string"},"keywords":{"type":"array","items":{"type":"string"}}},"#
        + #""required":["title","keywords"],"additionalProperties":false}"#

    static func photoPrism(nsfw: Bool) -> String {
        let number = #"{"type":"number","minimum":0,"maximum":1}"#
        let more = nsfw ? #","nsfw":{"type":"boolean"},"nsfw_confidence":\#(number)"# : ""
        let moreNames = nsfw ? #","nsfw","nsfw_confidence""# : ""
        return #"{"type":"object","properties":{"labels":{"type":"array","items":{"type":"object","properties":"#
            + #"{"name":{"type":"string","minLength":1},"confidence":\#(number),"topicality":\#(number)\#(more)},"#
            + #""required":["name","confidence","topicality"\#(moreNames)],"additionalProperties":false},"default":[]}},"#
            + #""required":["labels"],"additionalProperties":false}"#
    }

    static let frigate =
        #"{"type":"object","properties":{"scene":{"type":"string"},"confidence":{"type":"number"},"#
        + #""potential_threat_level":{"type":"integer","minimum":0,"maximum":3}},"#
        + #""required":["scene","confidence","potential_threat_level"]}"#

    static let lightroom =
        #"{"type":"object","properties":{"Image caption":{"type":"string"},"Image title":{"type":"string"},"#
        + #""Image Alt Text":{"type":"string"},"keywords":{"type":"array","items":{"type":"string"}}},"#
        + #""required":["Image caption","Image title","Image Alt Text","keywords"]}"#

    static let lightroomHierarchy =
        #"{"type":"object","properties":{"Image title":{"type":"string"},"keywords":{"type":"object","properties":"#
        + #"{"Activities":{"type":"array","items":{"type":"string"}},"Objects":{"type":"array","items":{"type":"string"}}},"#
        + #""required":["Activities","Objects"]}},"required":["Image title","keywords"]}"#

    static let extensions =
        #"{"$schema":"https://json-schema.org/draft/2020-12/schema","type":"object","properties":"#
        + #"{"Caption":{"type":["string","null"]},"Tags":{"type":["array","null"],"items":{"type":["string","null"]}},"#
        + #""IsDaylight":{"type":["boolean","null"]}},"additionalProperties":false,"required":["Caption","Tags","IsDaylight"]}"#

    static let wrapped =
        #"{"$schema":"https://json-schema.org/draft/2020-12/schema","type":"object","properties":{"data":{"#
        + #""$schema":"https://json-schema.org/draft/2020-12/schema","type":"array","items":{"type":["string","null"]}}},"#
        + #""additionalProperties":false,"required":["data"]}"#
}
