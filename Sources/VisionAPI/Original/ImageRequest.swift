import Captioning
import Florence2
import Serving
import Synchronization

/// A request to `/process_image` whose fields are valid.
struct ImageRequest: Sendable {
    /// One at least; each answer takes the first away.
    private(set) var images: [NamedImage]
    /// Whether images came as a list, and the answer is one.
    let isSeveral: Bool
    let prompts: [TaskPrompt]
    /// Whether the prompts came as a list, and the results go out by prompt.
    let isList: Bool
    let overrides: GenerationOverrides
    let keepAlive: KeepAlive?
    /// What is done to the model's texts.
    let cleanUp: CleanUpField?
    /// The longest side of the thumbnail that goes out beside the answer to each image.
    let thumbnailSide: Int?

    static let maxPromptSize = 64 << 10
    static let maxPromptCount = 32
    static let maxImageCount = 16
    static let thumbnailSides = 16...512

    init(
        images: [NamedImage], isSeveral: Bool, prompts: [TaskPrompt], isList: Bool, overrides: GenerationOverrides,
        keepAlive: KeepAlive?, cleanUp: CleanUpField?, thumbnailSide: Int?
    ) {
        self.images = images
        self.isSeveral = isSeveral
        self.prompts = prompts
        self.isList = isList
        self.overrides = overrides
        self.keepAlive = keepAlive
        self.cleanUp = cleanUp
        self.thumbnailSide = thumbnailSide
    }

    /// Memory of the files that have not been taken.
    var byteCount: Int { images.reduce(0) { $0 + $1.file.count } }

    mutating func takeImage() -> NamedImage? { images.isEmpty ? nil : images.removeFirst() }

    /// What the model is asked about an image, whose file is taken.
    func question(about image: NamedImage) throws(VisionAPIError) -> ImageQuestion {
        ImageQuestion(
            input: CaptionInput(
                file: try image.file.take(), prompts: prompts, overrides: overrides, keepAlive: keepAlive,
                thumbnailSide: thumbnailSide))
    }
}

/// One image of a request, and what is asked about it.
struct ImageQuestion: ParsedRequest {
    var input: CaptionInput
}

/// An image of a request: its file's name, or its number.
struct NamedImage: Sendable {
    let name: String
    let file: HeldFile
}

/// The bytes of a file until somebody takes them, or why there are none: so they do not stay for as long as the request.
final class HeldFile: Sendable {
    let count: Int
    private let bytes: Mutex<Result<[UInt8], VisionAPIError>>

    init(_ bytes: Result<[UInt8], VisionAPIError>) {
        count = (try? bytes.get().count) ?? 0
        self.bytes = Mutex(bytes)
    }

    /// The bytes; none the second time.
    func take() throws(VisionAPIError) -> [UInt8] {
        let taken = bytes.withLock { bytes in
            var taken: Result<[UInt8], VisionAPIError> = .success([])
            swap(&taken, &bytes)
            return taken
        }
        return try taken.get()
    }
}
