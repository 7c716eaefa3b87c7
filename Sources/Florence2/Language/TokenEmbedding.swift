import Tensors

/// Token vectors, looked up by id; scaled where the configuration says so.
struct TokenEmbedding {
    // Shapes: table [V, P]; ids [T] -> [T, P].
    private let table: Embedding
    private let scale: Float

    /// `name`: of the table in `weights`; how many tokens it has is for the checkpoint to say.
    init(_ weights: Weights, _ name: String, width: Int, scale: Float) throws {
        table = try weights.embedding(name, rows: weights.shape(of: name).first ?? 0, columns: width)
        self.scale = scale
    }

    private init(table: Embedding, scale: Float) {
        self.table = table
        self.scale = scale
    }

    /// The same table with another scale.
    func scaled(by scale: Float) -> TokenEmbedding { TokenEmbedding(table: table, scale: scale) }

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
