/// A linear layer of the network: y [m, n] = x [m, k]·Wᵀ, so many times an image (or, in the decoder, a step).
struct ProductShape: Encodable {
    let stage: Stage
    let name: String
    let m: Int
    let k: Int
    let n: Int
    let count: Int

    enum Stage: String, Encodable {
        case vision, encoder, decoder
    }

    /// Multiplications and additions of one product.
    var operations: Double { 2 * Double(m) * Double(k) * Double(n) }
}

/// The sizes of a network that its linear layers follow from.
struct NetworkShape {
    // Legend: N tokens of a stage's grid, C its channels, P width of the text side, F its inner width, T tokens of the
    // encoder (image and prompt), V rows of the vocabulary, B beams.
    let tokens: [Int]
    let dims: [Int]
    let depths: [Int]
    let width: Int
    let ffn: Int
    let layers: Int
    let encoderTokens: Int
    let vocabulary: Int
    let beams = 3

    /// microsoft/Florence-2-base, 768 x 768, a prompt of 12 tokens.
    static let base = NetworkShape(
        tokens: [36864, 9216, 2304, 576], dims: [128, 256, 512, 1024], depths: [1, 1, 9, 1], width: 768, ffn: 3072,
        layers: 6, encoderTokens: 577 + 12, vocabulary: 51289)

    /// microsoft/Florence-2-large, the same image.
    static let large = NetworkShape(
        tokens: [36864, 9216, 2304, 576], dims: [256, 512, 1024, 2048], depths: [1, 1, 9, 1], width: 1024, ffn: 4096,
        layers: 12, encoderTokens: 577 + 12, vocabulary: 51289)

    /// Small enough for a test, odd enough for edges.
    static let smoke = NetworkShape(
        tokens: [81], dims: [48], depths: [1], width: 40, ffn: 72, layers: 1, encoderTokens: 82 + 3, vocabulary: 307)

    /// Every linear layer; layers of equal sizes in one stage are one entry.
    var products: [ProductShape] { vision + encoder + decoder }

    /// A block has a spatial and a channel half, alike in their linear layers.
    private var vision: [ProductShape] {
        let blocks = zip(tokens, dims).enumerated().flatMap { stage, sizes in
            let (rows, channels) = sizes
            let count = 2 * depths[stage]
            return [
                ProductShape(
                    stage: .vision, name: "\(stage) qkv", m: rows, k: channels, n: 3 * channels, count: count),
                ProductShape(stage: .vision, name: "\(stage) proj", m: rows, k: channels, n: channels, count: count),
                ProductShape(stage: .vision, name: "\(stage) fc1", m: rows, k: channels, n: 4 * channels, count: count),
                ProductShape(stage: .vision, name: "\(stage) fc2", m: rows, k: 4 * channels, n: channels, count: count),
            ]
        }
        let last = (tokens: tokens.last ?? 0, channels: dims.last ?? 0)
        return blocks + [
            ProductShape(
                stage: .vision, name: "projection", m: last.tokens + 1, k: last.channels, n: width, count: 1)
        ]
    }

    /// The decoder's keys and values of the encoder's states are computed once an image, too.
    private var encoder: [ProductShape] {
        let rows = encoderTokens
        return [
            ProductShape(stage: .encoder, name: "q k v", m: rows, k: width, n: 3 * width, count: layers),
            ProductShape(stage: .encoder, name: "out", m: rows, k: width, n: width, count: layers),
            ProductShape(stage: .encoder, name: "fc1", m: rows, k: width, n: ffn, count: layers),
            ProductShape(stage: .encoder, name: "fc2", m: rows, k: ffn, n: width, count: layers),
            ProductShape(stage: .encoder, name: "cross k v", m: rows, k: width, n: width, count: 2 * layers),
        ]
    }

    /// One step of all beams.
    private var decoder: [ProductShape] {
        [
            ProductShape(stage: .decoder, name: "q k v", m: beams, k: width, n: 3 * width, count: layers),
            ProductShape(stage: .decoder, name: "out, cross q, out", m: beams, k: width, n: width, count: 3 * layers),
            ProductShape(stage: .decoder, name: "fc1", m: beams, k: width, n: ffn, count: layers),
            ProductShape(stage: .decoder, name: "fc2", m: beams, k: ffn, n: width, count: layers),
            ProductShape(stage: .decoder, name: "head", m: beams, k: width, n: vocabulary, count: 1),
        ]
    }
}
