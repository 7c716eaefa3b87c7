import Florence2
import Images

/// A request that has passed every check: from here on the picture is small and the prompt is valid.
struct ImageRequest: Sendable {
    let image: PreparedImage
    let prompt: TaskPrompt
    let overrides: GenerationOverrides

    static let numBeams = 1...8
    static let maxNewTokens = 1...1024
    static let maxPromptSize = 64 << 10
}
