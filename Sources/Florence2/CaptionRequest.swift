public import Images

/// Prompts about one picture.
public struct CaptionRequest: Sendable {
    public var image: PreparedImage
    public var prompts: [TaskPrompt]
    public var overrides: GenerationOverrides

    public init(image: PreparedImage, prompts: [TaskPrompt], overrides: GenerationOverrides = .init()) {
        self.image = image
        self.prompts = prompts
        self.overrides = overrides
    }
}
