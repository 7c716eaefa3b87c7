import Captioning
import Florence2

/// A request to `/process_image` whose fields are valid.
struct ImageRequest: ParsedRequest {
    var input: CaptionInput
    /// Whether the prompts came as a list, and the results go out by prompt.
    let isList: Bool

    static let maxPromptSize = 64 << 10
    static let maxPromptCount = 32
}
