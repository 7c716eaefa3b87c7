import CKernels

/// Functions along or across the rows of a tensor.
public enum Reduction {
    /// log(softmax(x)) over the last dimension.
    public static func logSoftmax(_ x: Tensor, in workspace: Workspace) -> Tensor {
        let result = workspace.tensor(x.shape)
        let columns = x.columns
        withExtendedLifetime((x, result)) {
            workspace.pool.run(x.rows) { row in
                workspace.kernels.pointee.log_softmax(
                    x.pointer + row * columns, columns, result.pointer + row * columns)
            }
        }
        return result
    }

    /// The mean row: [N, C] -> [1, C].
    public static func meanOverRows(_ x: Tensor, in workspace: Workspace) -> Tensor {
        let result = workspace.tensor([1, x.columns])
        let columns = x.columns
        withExtendedLifetime((x, result)) {
            result.pointer.initialize(repeating: 0, count: columns)
            for row in 0..<x.rows {
                workspace.kernels.pointee.add(result.pointer, x.pointer + row * columns, columns, result.pointer)
            }
            let factor = 1 / Float(max(1, x.rows))
            for column in 0..<columns { result.pointer[column] *= factor }
        }
        return result
    }
}
