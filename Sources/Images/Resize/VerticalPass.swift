import CPixels

/// The pass across rows: each output row is made at once from the rows of its window, so that its sums stay in registers.
struct VerticalPass {
    /// Rows that it makes.
    let height: Int
    /// Bytes of a row, the same before and after.
    let rowBytes: Int
    private let coefficients: BicubicCoefficients
    private let kernels: PixelKernels

    /// nil where the height stays.
    init?(from inputHeight: Int, to height: Int, rowBytes: Int, mirrored: Bool, _ kernels: PixelKernels) {
        if inputHeight == height { return nil }
        coefficients = BicubicCoefficients(from: inputHeight, to: height, mirrored: mirrored)
        self.height = height
        self.rowBytes = rowBytes
        self.kernels = kernels
    }

    /// The most input rows that an output row is made from.
    var maxCount: Int { coefficients.maxCount }

    /// How many input rows have to be there for output row `y`.
    func needed(for y: Int) -> Int { coefficients.windows[y].first + coefficients.windows[y].count }

    /// Makes output row `y` from the input rows that `row` gives.
    func make(_ y: Int, into target: UnsafeMutablePointer<UInt8>, row: (Int) -> UnsafePointer<UInt8>) {
        let window = coefficients.windows[y]
        withUnsafeTemporaryAllocation(of: UnsafePointer<UInt8>?.self, capacity: maxCount) { rows in
            for index in 0..<window.count { rows.initializeElement(at: index, to: row(window.first + index)) }
            coefficients.weights.withUnsafeBufferPointer { weights in
                guard let rows = rows.baseAddress, let weights = weights.baseAddress else { return }
                kernels.table.pointee.vertical(
                    rows, weights + y * coefficients.stride, window.count, rowBytes, target)
            }
        }
    }
}
