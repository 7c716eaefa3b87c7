/// A table of vectors looked up by id, kept in the precision of the file: a model's largest tensor need not be widened
/// for the few rows that are read of it.
public struct Embedding: Sendable {
    // Shapes: table [rows, columns].
    public let rows: Int
    public let columns: Int
    private let dtype: DType
    private let table: [UInt8]

    init(rows: Int, columns: Int, dtype: DType, bytes: UnsafeRawBufferPointer) {
        self.rows = rows
        self.columns = columns
        self.dtype = dtype
        table = [UInt8](bytes)
    }

    /// The rows `ids` as float32 [ids.count, columns]; an id outside the table reads as zeros.
    public func callAsFunction(_ ids: [Int], in workspace: Workspace) -> Tensor {
        let result = workspace.tensor([ids.count, columns])
        result.withUnsafeMutableBufferPointer { destination in
            table.withUnsafeBytes { source in
                guard let target = destination.baseAddress, let base = source.baseAddress else { return }
                for (position, id) in ids.enumerated() {
                    let row = target + position * columns
                    if id >= 0, id < rows {
                        dtype.widen(base + id * columns * dtype.size, to: row, count: columns)
                    } else {
                        row.update(repeating: 0, count: columns)
                    }
                }
            }
        }
        return result
    }
}
