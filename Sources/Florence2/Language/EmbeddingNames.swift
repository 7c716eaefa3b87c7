import Tensors

/// Under which of its names a checkpoint holds the tables that may be one: the prompt's, the decoder's and the head's.
struct EmbeddingNames {
    /// The prompt's.
    let shared: String
    /// The decoder's.
    let decoder: String
    /// The head's. A checkpoint's own wins: fine-tunes train it apart from the embedding that it began as.
    let head: String

    /// All names that a checkpoint may have; copies of the shared one are no surprise.
    static let all = [
        own, decoderTable, "language_model.encoder.embed_tokens.weight", headTable,
    ]

    private static let own = "language_model.shared.weight"
    private static let decoderTable = "language_model.decoder.embed_tokens.weight"
    private static let headTable = "lm_head.weight"

    /// As transformers ties them: what a native checkpoint holds twice with different numbers is not tied, whatever
    /// config.json says; of what is missing there, the first that is there takes the place. The original code always
    /// ties the decoder's to the prompt's.
    init(_ weights: Weights, _ layout: CheckpointLayout, _ configuration: Configuration) {
        let substitutes =
            switch layout {
            case .native:
                (configuration.tiesHead ? [Self.headTable] : [])
                    + (configuration.text.tiesEmbeddings ? Self.all.filter { $0.contains("embed_tokens") } : [])
            case .original: Array(Self.all.dropFirst())
            }
        let shared = ([Self.own] + substitutes).first(where: weights.contains) ?? Self.own
        let hasOwnDecoder =
            layout == .native && weights.contains(Self.decoderTable) && !weights.areEqual(Self.decoderTable, shared)
        self.shared = shared
        decoder = hasOwnDecoder ? Self.decoderTable : shared
        head = weights.contains(Self.headTable) ? Self.headTable : shared
    }
}
