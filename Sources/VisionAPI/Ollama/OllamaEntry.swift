import Foundation

/// A model in Ollama's lists.
struct OllamaEntry: Encodable {
    let name: String
    let model: String
    let modified_at: String
    let size: Int
    let digest: String
    let details: Details
    var capabilities = ["completion", "vision"]
    /// Of a model that is loaded.
    var expires_at: String?
    var size_vram: Int?
    var context_length: Int?

    init(name: String, _ facts: ModelFacts, precision: String) {
        self.name = name
        model = name
        modified_at = facts.date.timestamp
        size = facts.byteCount
        digest = facts.digest
        details = Details(
            parameter_size: Self.millions(facts.parameterCount), quantization_level: precision.uppercased())
    }

    private static func millions(_ count: Int) -> String {
        count >= 1_000_000 ? "\(count / 1_000_000)M" : "\(max(1, count / 1000))K"
    }

    struct Details: Encodable {
        var parent_model = ""
        var format = "safetensors"
        var family = "florence2"
        var families = ["florence2"]
        let parameter_size: String
        let quantization_level: String
    }
}

/// What `/api/show` says of a model.
struct OllamaCard: Encodable {
    private var modelfile = ""
    private var parameters = ""
    private var template = "{{ .Prompt }}"
    private var license = ""
    private let details: OllamaEntry.Details
    private let model_info: [String: Info]
    private let capabilities: [String]
    private let modified_at: String

    init(_ entry: OllamaEntry, _ facts: ModelFacts) {
        details = entry.details
        model_info = [
            "general.architecture": .text("florence2"), "general.parameter_count": .number(facts.parameterCount),
            "florence2.context_length": .number(1024),
        ]
        capabilities = entry.capabilities
        modified_at = entry.modified_at
    }

    private enum Info: Encodable {
        case text(String)
        case number(Int)

        func encode(to encoder: any Encoder) throws {
            var container = encoder.singleValueContainer()
            switch self {
            case .text(let text): try container.encode(text)
            case .number(let number): try container.encode(number)
            }
        }
    }
}
