import Tensors

/// BART's learned positions: position p reads row p + 2 of the table.
struct PositionEmbedding {
    // Shapes: table [positions + 2, P]; x [T, P].
    private let table: Tensor

    private static let offset = 2

    init(_ weights: Weights, _ configuration: TextConfiguration) throws {
        table = try weights.table("embed_positions.weight", columns: configuration.dModel)
        guard table.rows > Self.offset else {
            throw ModelError.invalidFile("model.safetensors", reason: "its embed_positions have no row for a position")
        }
    }

    /// How many positions the table has; the tensor decides, since configurations are known to disagree with it.
    var count: Int { table.rows - Self.offset }

    /// Values of a vector.
    var width: Int { table.columns }

    /// x plus the vectors of `positions`, one a row.
    func add(to x: Tensor, positions: some Collection<Int>, in workspace: Workspace) -> Tensor {
        let result = workspace.tensor(x.shape)
        let width = x.columns
        x.withUnsafeBufferPointer { source in
            table.withUnsafeBufferPointer { table in
                result.withUnsafeMutableBufferPointer { target in
                    for (row, position) in positions.enumerated() {
                        let vector = (position + Self.offset) * width
                        for column in 0..<width {
                            target[row * width + column] = source[row * width + column] + table[vector + column]
                        }
                    }
                }
            }
        }
        return result
    }
}
