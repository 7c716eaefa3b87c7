/// What a chat model can have done with an image.
package enum ImageTool: String, Sendable, CaseIterable {
    /// In the order in which they are listed: some programs take the first.
    case caption
    case tags
    case readText = "read_text"
    case detect
    case describe
    /// Only where files can be read.
    case listImages = "list_pictures"

    package static let ofImages: [ImageTool] = [.caption, .tags, .readText, .detect, .describe]
}

/// A tool as a list shows it.
struct ToolDescription: Encodable {
    let name: String
    let title: String
    let description: String
    let inputSchema: Schema
    var annotations = ["readOnlyHint": true]

    struct Schema: Encodable {
        var type = "object"
        let properties: [String: Property]
        let required: [String]
    }

    struct Property: Encodable {
        var type = "string"
        let description: String
        var `enum`: [String]?
        var `default`: String?
    }

    init(_ tool: ImageTool, image: String) {
        name = tool.rawValue
        let needsImage = tool != .listImages
        let others = Self.properties(of: tool)
        inputSchema = Schema(
            properties: needsImage ? others.merging(["image": Property(description: image)]) { $1 } : others,
            required: needsImage ? ["image"] : [])
        (title, description) = Self.words(for: tool)
    }

    private static func words(for tool: ImageTool) -> (title: String, description: String) {
        switch tool {
        case .caption: ("Caption a picture", "Describes what a picture shows, in one sentence or in a paragraph.")
        case .tags: ("Tag a picture", "Lists what is in a picture as tags with commas between them.")
        case .readText: ("Read text in a picture", "Reads the text that stands in a picture (OCR).")
        case .detect:
            (
                "Find objects in a picture",
                "Finds objects in a picture, or what a phrase names, and answers JSON: \"bboxes\" is a list of "
                    + "[left, top, right, bottom] in pixels of the picture, \"labels\" says what is in each."
            )
        case .describe:
            (
                "Run a task of Florence-2",
                "Runs any task of Florence-2 on a picture. Tasks that find places answer JSON with coordinates in "
                    + "pixels of the picture, others text."
            )
        case .listImages: ("List pictures", "Lists the picture files in a folder, and the folders in it.")
        }
    }

    private static func properties(of tool: ImageTool) -> [String: Property] {
        switch tool {
        case .caption:
            let details = CaptionDetail.allCases.map(\.rawValue)
            return [
                "detail": Property(
                    description: "How much is said: brief is one sentence, detailed a few, more a paragraph.",
                    enum: details, default: CaptionDetail.usual.rawValue)
            ]
        case .detect:
            return [
                "phrase": Property(
                    description: "What to look for, such as \"a cat\"; all kinds of objects when it is left out.")
            ]
        case .describe:
            return [
                "task": Property(
                    description: "Name of the task: \(TaskNames.all.joined(separator: ", ")).",
                    default: TaskNames.usual),
                "text": Property(
                    description: "What the task works on, where it takes that: a phrase for "
                        + "\(TaskNames.withText.joined(separator: ", ")); a region such as "
                        + "<loc_52><loc_332><loc_932><loc_774>, in thousandths of width and height, for those "
                        + "that begin with REGION_TO."),
            ]
        case .listImages:
            return ["folder": Property(description: "Path of a folder; the folders that are allowed when left out.")]
        case .tags, .readText: return [:]
        }
    }
}

/// How much a caption says.
enum CaptionDetail: String, CaseIterable {
    case brief, detailed, more

    static let usual = CaptionDetail.more

    var prompt: String {
        switch self {
        case .brief: "<CAPTION>"
        case .detailed: "<DETAILED_CAPTION>"
        case .more: "<MORE_DETAILED_CAPTION>"
        }
    }
}

/// The tasks of Florence-2 by name.
package enum TaskNames {
    static let usual = "MORE_DETAILED_CAPTION"

    static let withText = [
        "CAPTION_TO_PHRASE_GROUNDING", "REFERRING_EXPRESSION_SEGMENTATION", "OPEN_VOCABULARY_DETECTION",
    ]

    package static let all = [
        "GENERATE_TAGS", "CAPTION", "DETAILED_CAPTION", "MORE_DETAILED_CAPTION", "ANALYZE", "MIXED_CAPTION",
        "MIXED_CAPTION_PLUS", "OCR", "OCR_WITH_REGION", "OD", "DENSE_REGION_CAPTION", "REGION_PROPOSAL",
        "CAPTION_TO_PHRASE_GROUNDING", "REFERRING_EXPRESSION_SEGMENTATION", "REGION_TO_SEGMENTATION",
        "OPEN_VOCABULARY_DETECTION", "REGION_TO_CATEGORY", "REGION_TO_DESCRIPTION", "REGION_TO_OCR",
    ]
}
