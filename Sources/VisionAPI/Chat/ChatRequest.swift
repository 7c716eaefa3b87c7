import Captioning
import Florence2
import HTTPTypes
import Hummingbird
import Serving

/// A request of a chat as a dialect has understood it.
struct ChatRequest: Sendable {
    /// The model's name as the client said it.
    var model: String?
    /// The tasks that answer it.
    var choice: TaskChoice
    var images: [[UInt8]]
    var isStreamed: Bool
    /// Whether a stream tells of tokens at its end, too.
    var tellsUsage = true
    /// The most tokens of an answer as the client wants it.
    var maxTokens: Int?
    var stop = StopSequences([])
    var keepAlive: KeepAlive?

    static let maxImages = 16

    /// One for each image, in their order.
    var inputs: [CaptionInput] {
        let overrides = GenerationOverrides(maxNewTokens: maxTokens)
        return images.map {
            CaptionInput(file: $0, prompts: choice.prompts, overrides: overrides, keepAlive: keepAlive)
        }
    }

    /// Says which tasks ran, where any did.
    var taskHeader: HTTPFields {
        choice.tokens.isEmpty ? [:] : [.task: choice.tokens.joined(separator: ",")]
    }

    var streamHeaders: HTTPFields { taskHeader + [.cacheControl: "no-store"] }

    /// Whether text can go out as it is generated.
    var canStreamText: Bool { isStreamed && images.count == 1 && choice.isStreamable }
}

/// One image of a chat and what is asked about it.
struct ChatQuestion: ParsedRequest {
    var input: CaptionInput
}

/// What a body asks for.
enum ChatDemand: Sendable {
    case chat(ChatRequest)
    /// Something else, which answers for itself.
    case instead(@Sendable () async throws -> Response)
}
