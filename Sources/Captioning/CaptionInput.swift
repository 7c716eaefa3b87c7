package import Florence2
package import Serving

/// What a dialect has understood of a request: prompts about one image, which is still a file.
package struct CaptionInput: Sendable {
    /// The image file's bytes.
    package var file: [UInt8]
    package var prompts: [TaskPrompt]
    package var overrides: GenerationOverrides
    /// How long the model stays loaded afterwards; `nil`: as long as usual.
    package var keepAlive: KeepAlive?
    /// The longest side of a thumbnail that is wanted beside the answers.
    package var thumbnailSide: Int?

    package init(
        file: [UInt8], prompts: [TaskPrompt], overrides: GenerationOverrides = .init(), keepAlive: KeepAlive? = nil,
        thumbnailSide: Int? = nil
    ) {
        self.file = file
        self.prompts = prompts
        self.overrides = overrides
        self.keepAlive = keepAlive
        self.thumbnailSide = thumbnailSide
    }
}

/// A request as a dialect has parsed it.
package protocol ParsedRequest: Sendable {
    var input: CaptionInput { get set }
}

extension ParsedRequest {
    /// Once the image is prepared its file is of no use.
    func withoutFile() -> Self {
        var request = self
        request.input.file = []
        return request
    }
}
