import Florence2
import Images
import Serving

/// A request whose fields are valid; its picture is still a file.
struct ParsedRequest: Sendable {
    /// The picture file's bytes.
    let file: [UInt8]
    let prompts: [TaskPrompt]
    let isList: Bool
    let overrides: GenerationOverrides
    let keepAlive: KeepAlive?

    func with(_ image: PreparedImage) -> ImageRequest {
        ImageRequest(image: image, prompts: prompts, isList: isList, overrides: overrides, keepAlive: keepAlive)
    }
}

/// A request that has passed every check: from here on the picture is small and the prompts are valid.
struct ImageRequest: Sendable {
    let image: PreparedImage
    let prompts: [TaskPrompt]
    /// Whether the prompts came as a list, and the results go out by prompt.
    let isList: Bool
    let overrides: GenerationOverrides
    let keepAlive: KeepAlive?

    /// Memory that the request holds while it waits.
    var byteCount: Int {
        image.pixels.pixels.count + prompts.reduce(0) { $0 + $1.original.utf8.count + $1.text.utf8.count }
    }

    static let maxPromptSize = 64 << 10
    static let maxPromptCount = 32
}
