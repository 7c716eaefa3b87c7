import CKernels

/// Layer normalisation over the last dimension: (x - mean) / sqrt(variance + epsilon) · weight + bias.
public struct LayerNorm: Sendable {
    /// [C]
    public let weight: Tensor
    /// [C]
    public let bias: Tensor
    public let epsilon: Float

    public init(weight: Tensor, bias: Tensor, epsilon: Float = 1e-5) {
        assert(weight.count == bias.count)
        self.weight = weight
        self.bias = bias
        self.epsilon = epsilon
    }

    /// For kernels that take a norm; valid as long as a copy of this layer lives.
    var kernel: ck_norm {
        ck_norm(weight: UnsafePointer(weight.pointer), bias: UnsafePointer(bias.pointer), epsilon: epsilon)
    }

    /// [.., C] -> [.., C]
    public func callAsFunction(_ x: Tensor, in workspace: Workspace) -> Tensor {
        assert(x.columns == weight.count)
        let result = workspace.tensor(x.shape)
        withExtendedLifetime((self, x, result)) {
            let columns = x.columns
            workspace.overRows(x.rows, columns: columns) { rows in
                let offset = rows.lowerBound * columns
                workspace.kernels.pointee.layer_norm(
                    x.pointer + offset, weight.pointer, bias.pointer, epsilon, rows.count, columns,
                    result.pointer + offset)
            }
        }
        return result
    }
}

extension Workspace {
    /// Cuts rows into tasks of some 64 KiB, so that a few rows are not worth another thread.
    func overRows(_ rows: Int, columns: Int, _ body: (Range<Int>) -> Void) {
        let perTask = max(1, 16_384 / max(1, columns))
        pool.run((rows + perTask - 1) / perTask) { task in
            body(task * perTask..<min(rows, (task + 1) * perTask))
        }
    }
}
