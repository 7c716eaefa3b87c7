import CKernels

extension Reduction {
    /// The `k` highest values of rows that are raised by `addends`, one a row; higher first and of equal ones the lower
    /// index first, in one pass without sorting all.
    public static func topK(
        _ rows: UnsafeBufferPointer<Float>, adding addends: [Float], _ k: Int, in workspace: Workspace
    ) -> [(index: Int, value: Float)] {
        guard k > 0, !addends.isEmpty, let base = rows.baseAddress else { return [] }
        let columns = rows.count / addends.count
        let kernels = workspace.kernels
        var best: [(index: Int, value: Float)] = []
        best.reserveCapacity(k + 1)
        for (row, addend) in addends.enumerated() {
            let values = base + row * columns
            var column = 0
            while true {
                if best.count == k {
                    column = kernels.pointee.first_above(values, column, columns, addend, best[k - 1].value)
                }
                guard column < columns else { break }
                let value = values[column] + addend
                var place = best.count
                while place > 0, best[place - 1].value < value { place -= 1 }
                best.insert((row * columns + column, value), at: place)
                if best.count > k { best.removeLast() }
                column += 1
            }
        }
        return best
    }
}
