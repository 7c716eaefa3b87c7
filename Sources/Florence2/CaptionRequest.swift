public import Images

/// Prompts about one image.
public struct CaptionRequest: Sendable {
    public var image: PreparedImage
    public var prompts: [TaskPrompt]
    public var overrides: GenerationOverrides
    /// Whether somebody reads along while the answers are generated.
    public var wantsText: Bool

    public init(
        image: PreparedImage, prompts: [TaskPrompt], overrides: GenerationOverrides = .init(), wantsText: Bool = false
    ) {
        self.image = image
        self.prompts = prompts
        self.overrides = overrides
        self.wantsText = wantsText
    }
}
