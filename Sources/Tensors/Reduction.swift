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

    /// The `k` highest values, higher first and of equal ones the lower index first, in one pass without sorting all.
    public static func topK(_ values: UnsafeBufferPointer<Float>, _ k: Int) -> [(index: Int, value: Float)] {
        guard k > 0 else { return [] }
        var best: [(index: Int, value: Float)] = []
        best.reserveCapacity(k + 1)
        var threshold = -Float.infinity
        for index in values.indices where best.count < k || values[index] > threshold {
            let value = values[index]
            var place = best.count
            while place > 0, best[place - 1].value < value { place -= 1 }
            best.insert((index, value), at: place)
            if best.count > k { best.removeLast() }
            if best.count == k { threshold = best[k - 1].value }
        }
        return best
    }
}
