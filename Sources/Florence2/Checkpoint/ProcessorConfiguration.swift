import FoundationEssentials

/// What processor_config.json, which transformers 5 writes, says about reading answers.
struct ProcessorConfiguration {
    static let file = "processor_config.json"

    /// Phrases that are no label; nil where the file does not say.
    let bannedLabels: Set<String>?
    /// What the file wants and is not done here, a sentence each.
    let warnings: [String]

    init(json: Data) throws(ModelError) {
        let tasks: Tasks?
        do {
            tasks = try JSONDecoder().decode(Contents.self, from: json).post_processor_config
        } catch {
            throw .invalidFile(Self.file, reason: decodingReason(error))
        }
        bannedLabels = tasks.map { Set($0.phrase_grounding?.banned_grounding_tokens ?? []) }
        let unusual = tasks?.ocr?.unusual ?? []
        warnings = unusual.map { "\(Self.file) has \($0) for <OCR_WITH_REGION>, which is not done here" }
    }

    private struct Contents: Decodable {
        let post_processor_config: Tasks?
    }

    private struct Tasks: Decodable {
        let phrase_grounding: Grounding?
        let ocr: Quads?
    }

    private struct Grounding: Decodable {
        let banned_grounding_tokens: [String]?
    }

    /// transformers reads these alone of what a task has.
    private struct Quads: Decodable {
        let PATTERN: String?
        let AREA_THRESHOLD: Double?

        private static let usualPattern = "(.+?)" + String(repeating: #"<loc_(\d+)>"#, count: 8)

        var unusual: [String] {
            (PATTERN ?? Self.usualPattern == Self.usualPattern ? [] : ["a pattern of its own"])
                + (AREA_THRESHOLD ?? 0 > 0 ? ["a least area"] : [])
        }
    }
}
