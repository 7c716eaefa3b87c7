/// A task that Florence-2, or a fine-tune of the PromptGen family, was trained for; the raw value is its token.
public enum FlorenceTask: String, Sendable, CaseIterable {
    case generateTags = "<GENERATE_TAGS>"
    case caption = "<CAPTION>"
    case detailedCaption = "<DETAILED_CAPTION>"
    case moreDetailedCaption = "<MORE_DETAILED_CAPTION>"
    case analyze = "<ANALYZE>"
    case mixedCaption = "<MIXED_CAPTION>"
    case mixedCaptionPlus = "<MIXED_CAPTION_PLUS>"
    case ocr = "<OCR>"
    case ocrWithRegion = "<OCR_WITH_REGION>"
    case objectDetection = "<OD>"
    case denseRegionCaption = "<DENSE_REGION_CAPTION>"
    case regionProposal = "<REGION_PROPOSAL>"
    case captionToPhraseGrounding = "<CAPTION_TO_PHRASE_GROUNDING>"
    case referringExpressionSegmentation = "<REFERRING_EXPRESSION_SEGMENTATION>"
    case regionToSegmentation = "<REGION_TO_SEGMENTATION>"
    case openVocabularyDetection = "<OPEN_VOCABULARY_DETECTION>"
    case regionToCategory = "<REGION_TO_CATEGORY>"
    case regionToDescription = "<REGION_TO_DESCRIPTION>"
    case regionToOCR = "<REGION_TO_OCR>"

    /// The token with its angle brackets.
    public var token: String { rawValue }

    /// What follows the token in a prompt: nothing, a text, or a region as `<loc_x1><loc_y1><loc_x2><loc_y2>`.
    public enum Input: Sendable { case none, text, region }

    public var input: Input {
        switch self {
        case .captionToPhraseGrounding, .referringExpressionSegmentation, .openVocabularyDetection: .text
        case .regionToSegmentation, .regionToCategory, .regionToDescription, .regionToOCR: .region
        default: .none
        }
    }

    /// The sentence that the model was trained with (the processor's table); PromptGen's own words are literal text.
    func sentence(input: String) -> String {
        switch self {
        case .generateTags, .analyze, .mixedCaption, .mixedCaptionPlus: token
        case .caption: "What does the image describe?"
        case .detailedCaption: "Describe in detail what is shown in the image."
        case .moreDetailedCaption: "Describe with a paragraph what is shown in the image."
        case .ocr: "What is the text in the image?"
        case .ocrWithRegion: "What is the text in the image, with regions?"
        case .objectDetection: "Locate the objects with category name in the image."
        case .denseRegionCaption: "Locate the objects in the image, with their descriptions."
        case .regionProposal: "Locate the region proposals in the image."
        case .captionToPhraseGrounding: "Locate the phrases in the caption: \(input)"
        case .referringExpressionSegmentation: "Locate \(input) in the image with mask"
        case .regionToSegmentation: "What is the polygon mask of region \(input)"
        case .openVocabularyDetection: "Locate \(input) in the image."
        case .regionToCategory: "What is the region \(input)?"
        case .regionToDescription: "What does the region \(input) describe?"
        case .regionToOCR: "What text is in the region \(input)?"
        }
    }

    /// The kind of answer that the model's text holds.
    enum AnswerKind { case pureText, boxes, proposals, grounding, quads, polygons, boxesOrPolygons }

    var answerKind: AnswerKind {
        switch self {
        case .objectDetection, .denseRegionCaption: .boxes
        case .regionProposal: .proposals
        case .captionToPhraseGrounding: .grounding
        case .ocrWithRegion: .quads
        case .referringExpressionSegmentation, .regionToSegmentation: .polygons
        case .openVocabularyDetection: .boxesOrPolygons
        default: .pureText
        }
    }
}
