import CKernels

/// A table of vectors looked up by id, kept in the precision of the file, or in bfloat16 where that is smaller and the
/// workspace does not compute in fp32: a model's largest tensor need not be widened for the few rows that are read.
public struct Embedding: Sendable {
    // Shapes: table [rows, columns].
    public let rows: Int
    public let columns: Int
    private let dtype: DType
    private let table: [UInt8]

    init(rows: Int, columns: Int, dtype: DType, bytes: UnsafeRawBufferPointer, in workspace: Workspace) {
        self.rows = rows
        self.columns = columns
        guard !workspace.isForChecking else {
            self.dtype = dtype
            table = []
            return
        }
        guard dtype == .float32, workspace.precision != .fp32 else {
            self.dtype = dtype
            table = [UInt8](bytes)
            return
        }
        self.dtype = .bfloat16
        table = Self.narrowed(bytes, workspace)
    }

    /// float32 values as bfloat16; a file's tensors need not be aligned.
    private static func narrowed(_ bytes: UnsafeRawBufferPointer, _ workspace: Workspace) -> [UInt8] {
        let count = bytes.count / 4
        let step = 4096
        return [UInt8](unsafeUninitializedCapacity: 2 * count) { target, filled in
            let aligned = Storage(byteCount: 4 * step)
            let narrow = Storage(byteCount: 2 * step)
            for first in stride(from: 0, to: count, by: step) {
                let part = min(step, count - first)
                guard let source = bytes.baseAddress, let to = target.baseAddress else { return }
                aligned.block.base.copyMemory(from: source + 4 * first, byteCount: 4 * part)
                let values = narrow.block.base.assumingMemoryBound(to: UInt16.self)
                workspace.kernels.pointee.narrow(aligned.floats, part, values)
                UnsafeMutableRawPointer(to + 2 * first).copyMemory(from: values, byteCount: 2 * part)
            }
            filled = 2 * count
        }
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
