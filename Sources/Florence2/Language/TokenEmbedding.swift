import Tensors

/// Token vectors, looked up by id; scaled where the configuration says so.
struct TokenEmbedding {
    // Shapes: table [V, P]; ids [T] -> [T, P].
    let vocabularySize: Int
    private let table: Embedding
    private let scale: Float

    /// Names under which a checkpoint may hold the table that encoder and decoder share.
    static let names = ["shared.weight", "encoder.embed_tokens.weight", "decoder.embed_tokens.weight"]

    init(_ weights: Weights, _ configuration: TextConfiguration) throws {
        let name = Self.storedName(weights)
        vocabularySize = try weights.shape(of: name).first ?? 0
        table = try weights.embedding(name, rows: vocabularySize, columns: configuration.dModel)
        scale = configuration.scaleEmbedding ? Float(configuration.dModel).squareRoot() : 1
    }

    static func storedName(_ weights: Weights) -> String {
        names.first(where: weights.contains) ?? names[0]
    }

    func callAsFunction(_ ids: [Int], in workspace: Workspace) -> Tensor {
        let rows = table(ids, in: workspace)
        if scale != 1 {
            rows.withUnsafeMutableBufferPointer { values in
                for index in values.indices { values[index] *= scale }
            }
        }
        return rows
    }
}
