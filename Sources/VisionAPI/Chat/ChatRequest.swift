import Captioning
import Florence2
import HTTPTypes
import Hummingbird
import ImageHosts
import Serving

/// A request of a chat as a dialect has understood it.
struct ChatRequest: Sendable {
    /// The model's name as the client said it.
    var model: String?
    /// The tasks that answer it.
    var choice: TaskChoice
    var images: [Image]
    var isStreamed: Bool
    /// Whether a stream tells of tokens at its end, too.
    var tellsUsage = true
    /// The most tokens of an answer as the client wants it.
    var maxTokens: Int?
    var stop = StopSequences([])
    var keepAlive: KeepAlive?

    static let maxImages = 16

    /// An image's file, or where it lies.
    enum Image: Sendable {
        case file(ChatFile)
        case address(ImageURL)
    }

    /// The files of the images, in their order; of one that lies elsewhere there is none.
    var files: [ChatFile] { images.compactMap { if case .file(let file) = $0 { file } else { nil } } }

    /// Bytes of the files.
    var byteCount: Int { files.reduce(0) { $0 + $1.count } }

    /// Whether an image has still to be fetched.
    var hasAddresses: Bool { images.contains { if case .address = $0 { true } else { false } } }

    /// What each image's file is asked.
    func input(_ file: [UInt8]) -> CaptionInput {
        CaptionInput(
            file: file, prompts: choice.prompts, overrides: GenerationOverrides(maxNewTokens: maxTokens),
            keepAlive: keepAlive)
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
