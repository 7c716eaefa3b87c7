/// Decoded text -> answer: what transformers' `Florence2PostProcessor` makes of it, with float coordinates where
/// that truncates.
///
/// Every parser reads the text once, however hostile it is.
public struct PostProcessor: Sendable {
    private let bannedLabels: Set<String>

    /// - Parameter bannedLabels: Phrases that are no label of a grounding; nil: Florence-2's own list.
    public init(bannedLabels: Set<String>? = nil) {
        self.bannedLabels = bannedLabels ?? GroundingVocabulary.bannedLabels
    }

    /// - Parameters:
    ///   - decoded: the model's text, special tokens kept.
    ///   - imageWidth: of the upright image, in pixels; so is `imageHeight`.
    public func callAsFunction(_ decoded: String, task: TaskPrompt, imageWidth: Int, imageHeight: Int) -> Answer {
        let quantizer = LocationQuantizer(imageWidth: imageWidth, imageHeight: imageHeight)
        let text = MarkedText(removingSentenceMarksFrom: decoded)
        return switch task.task?.answerKind ?? .pureText {
        case .pureText: .text(Self.pureText(decoded))
        case .boxes: BoxParser(quantizer: quantizer).labelledBoxes(in: text)
        case .proposals: BoxParser(quantizer: quantizer).boxes(in: text)
        case .grounding:
            BoxParser(bannedLabels: bannedLabels, quantizer: quantizer).labelledBoxes(in: text)
        case .quads: QuadParser(quantizer: quantizer).quads(in: text)
        case .polygons: Self.polygons(PolygonParser(quantizer: quantizer).instances(in: text))
        case .boxesOrPolygons: Self.boxesOrPolygons(decoded, text, quantizer)
        }
    }

    /// The text without `<s>` and `</s>`, stripped.
    private static func pureText(_ decoded: String) -> String {
        Whitespace.stripped(SettledText.withoutMarks(Array(decoded.unicodeScalars)))
    }

    private static func polygons(_ instances: [PolygonParser.Instance]) -> Answer {
        .polygons(polygons: instances.map(\.polygons), labels: instances.map(\.label))
    }

    /// Polygons if `<poly>` stands anywhere, else boxes; always all four lists.
    private static func boxesOrPolygons(
        _ decoded: String, _ text: MarkedText, _ quantizer: LocationQuantizer
    ) -> Answer {
        if MarkedText(Array(decoded.unicodeScalars)).contains("<poly>") {
            let instances = PolygonParser(quantizer: quantizer).labelledInstances(in: text)
            return .boxesAndPolygons(
                bboxes: [], bboxesLabels: [], polygons: instances.map(\.polygons),
                polygonsLabels: instances.map(\.label))
        }
        guard case .boxes(let bboxes, let labels) = BoxParser(quantizer: quantizer).labelledBoxes(in: text) else {
            return .boxesAndPolygons(bboxes: [], bboxesLabels: [], polygons: [], polygonsLabels: [])
        }
        return .boxesAndPolygons(bboxes: bboxes, bboxesLabels: labels, polygons: [], polygonsLabels: [])
    }
}

/// Words that phrase grounding never answers with (`banned_grounding_tokens` of the processor).
enum GroundingVocabulary {
    static let bannedLabels: Set<String> = [
        "it", "I", "me", "mine", "you", "your", "yours", "he", "him", "his", "she", "her", "hers", "they", "them",
        "their", "theirs", "one", "oneself", "we", "us", "our", "ours", "its", "myself", "yourself", "himself",
        "herself", "itself", "ourselves", "yourselves", "themselves", "this", "that", "these", "those", "who", "whom",
        "whose", "which", "what", "all", "another", "any", "anybody", "anyone", "anything", "each", "everybody",
        "everyone", "everything", "few", "many", "nobody", "none", "several", "some", "somebody", "someone",
        "something", "each other", "one another", "the image", "image", "images", "the", "a", "an", "a group",
        "other objects", "lots", "a set",
    ]
}
