import CPixels

/// The second pass: each output row is made at once from the rows of its window, so that its sums stay in registers.
struct VerticalPass {
    /// Bytes of a row, the same before and after.
    let rowBytes: Int
    private let coefficients: BicubicCoefficients
    private let kernels: PixelKernels

    /// nil where the height stays.
    init?(from inputHeight: Int, to height: Int, rowBytes: Int, _ kernels: PixelKernels) {
        if inputHeight == height { return nil }
        coefficients = BicubicCoefficients(from: inputHeight, to: height)
        self.rowBytes = rowBytes
        self.kernels = kernels
    }

    /// The most input rows that an output row is made from.
    var maxCount: Int { coefficients.maxCount }

    /// Fills `target` ([height, rowBytes]). `row` gives an input row: it is asked for those of one window after the
    /// other, from top to bottom, and each has to stay until the last of its window was asked for and used.
    func run(into target: UnsafeMutablePointer<UInt8>, row: (Int) -> UnsafePointer<UInt8>) {
        withUnsafeTemporaryAllocation(of: UnsafePointer<UInt8>?.self, capacity: maxCount) { rows in
            rows.initialize(repeating: nil)
            coefficients.weights.withUnsafeBufferPointer { weights in
                guard let rows = rows.baseAddress, let weights = weights.baseAddress else { return }
                for (y, window) in coefficients.windows.enumerated() {
                    for index in 0..<window.count { rows[index] = row(window.first + index) }
                    kernels.table.pointee.vertical(
                        rows, weights + y * coefficients.stride, window.count, rowBytes, target + y * rowBytes)
                }
            }
        }
    }
}
