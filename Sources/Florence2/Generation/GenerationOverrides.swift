/// What a flag or a request asks for; it wins over the model's own settings.
public struct GenerationOverrides: Sendable, Equatable {
    public var numBeams: Int?
    public var maxNewTokens: Int?
    public var minNewTokens: Int?
    public var noRepeatNGramSize: Int?
    public var lengthPenalty: Double?
    public var repetitionPenalty: Double?

    public init(
        numBeams: Int? = nil, maxNewTokens: Int? = nil, minNewTokens: Int? = nil, noRepeatNGramSize: Int? = nil,
        lengthPenalty: Double? = nil, repetitionPenalty: Double? = nil
    ) {
        self.numBeams = numBeams
        self.maxNewTokens = maxNewTokens
        self.minNewTokens = minNewTokens
        self.noRepeatNGramSize = noRepeatNGramSize
        self.lengthPenalty = lengthPenalty
        self.repetitionPenalty = repetitionPenalty
    }

    /// What `numBeams` may be.
    public static let numBeamsRange = 1...8
    /// What `maxNewTokens` may be.
    public static let maxNewTokensRange = 1...1024
    /// What `minNewTokens` may be.
    public static let minNewTokensRange = 0...1024
    /// What `noRepeatNGramSize` may be.
    public static let noRepeatNGramSizeRange = 0...1024
    /// What `lengthPenalty` may be.
    public static let lengthPenaltyRange = -10.0...10.0
    /// What `repetitionPenalty` may be.
    public static let repetitionPenaltyRange = 0.1...10.0
}
