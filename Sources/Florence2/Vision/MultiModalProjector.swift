import Tensors

/// Turns the tower's features into the rows that the language model reads before the prompt.
struct MultiModalProjector {
    // Shapes: features [N, D] -> image features [T, P]; rows, columns [maxPosition, D / 2]; temporal [D].
    private let rowEmbeddings: Tensor
    private let columnEmbeddings: Tensor
    private let temporalEmbedding: [Float]
    private let imageProjection: Linear
    private let imageProjNorm: LayerNorm
    private let sources: [VisionConfiguration.ImageFeatureSource]

    init(_ weights: Weights, _ configuration: VisionConfiguration) throws {
        let channels = configuration.embedDims.last ?? 0
        let positions = weights.scope("image_position_embed")
        rowEmbeddings = try positions.table("row_embeddings.weight", columns: channels / 2)
        columnEmbeddings = try positions.table("column_embeddings.weight", columns: channels - channels / 2)
        temporalEmbedding = try Self.temporalEmbedding(weights, channels: channels)
        imageProjection = Linear(
            weight: try weights.matrix(
                "image_projection.weight", outputs: configuration.projectionDim, inputs: channels),
            bias: nil)
        imageProjNorm = try weights.layerNorm("image_proj_norm", configuration.projectionDim)
        sources = configuration.imageFeatureSource
    }

    /// An image is a video of one frame: only row 0 of the table is ever added, which is sin(0), cos(0), ... where a
    /// file leaves it out.
    private static func temporalEmbedding(_ weights: Weights, channels: Int) throws -> [Float] {
        let name = "visual_temporal_embed.pos_idx_to_embed"
        guard weights.contains(name) else { return (0..<channels).map { Float($0 % 2) } }
        return Array(try weights.table(name, columns: channels).values.prefix(channels))
    }

    /// Whether there are positions for so many rows and columns of features.
    func hasPositions(height: Int, width: Int) -> Bool {
        (1...rowEmbeddings.rows).contains(height) && (1...columnEmbeddings.rows).contains(width)
    }

    /// Image tokens of a grid of features.
    func tokenCount(height: Int, width: Int) -> Int {
        sources.map { $0 == .spatialAveragePool ? 1 : height * width }.reduce(0, +)
    }

    func callAsFunction(_ features: FeatureMap, in workspace: Workspace) -> Tensor {
        let positioned = addPositions(features, in: workspace)
        let pooled = Reduction.meanOverRows(positioned, in: workspace)
        let groups = sources.map { $0 == .spatialAveragePool ? pooled : positioned }
        let tokens = Tensor.concatenatingRows(groups, in: workspace)
        return imageProjNorm(imageProjection(tokens, in: workspace), in: workspace)
    }

    /// The column's embedding fills the first half of the channels, the row's the second.
    private func addPositions(_ features: FeatureMap, in workspace: Workspace) -> Tensor {
        let result = workspace.tensor(features.tokens.shape)
        let (rows, columns) = (rowEmbeddings.values, columnEmbeddings.values)
        let (half, channels) = (columnEmbeddings.columns, features.tokens.columns)
        features.tokens.withUnsafeBufferPointer { source in
            result.withUnsafeMutableBufferPointer { target in
                for token in 0..<features.tokens.rows {
                    let (y, x) = (token / features.width, token % features.width)
                    for channel in 0..<channels {
                        let position =
                            channel < half
                            ? columns[x * half + channel] : rows[y * (channels - half) + channel - half]
                        let index = token * channels + channel
                        target[index] = (source[index] + position) + temporalEmbedding[channel]
                    }
                }
            }
        }
        return result
    }
}

extension Weights {
    /// A table [any number of rows, columns]: how many rows there are is for the checkpoint to say.
    func table(_ name: String, columns: Int) throws -> Tensor {
        let shape = try shape(of: name)
        return try tensor(name, [max(1, shape.first ?? 1), columns])
    }
}
