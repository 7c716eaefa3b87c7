import CPixels

/// The pass along rows: each row by itself, a few at a time because they share the weights.
struct HorizontalPass {
    /// The most rows of one run; with fewer it costs as much as with all.
    static let rowsAtATime = Int(CPX_ROWS)
    /// Bytes behind the last of them that are read (and weigh nothing).
    static let slack = 64

    /// Bytes of a row, before and after.
    let inputRowBytes: Int
    let rowBytes: Int
    private let coefficients: BicubicCoefficients
    private let kernels: PixelKernels

    /// nil where the width stays.
    init?(from inputWidth: Int, to width: Int, mirrored: Bool, _ kernels: PixelKernels) {
        if inputWidth == width { return nil }
        coefficients = BicubicCoefficients(from: inputWidth, to: width, mirrored: mirrored)
        inputRowBytes = 3 * inputWidth
        rowBytes = 3 * width
        self.kernels = kernels
    }

    /// `count` rows (at most `rowsAtATime`) of `source` -> `target`, rows without gaps; `slack` bytes behind those of
    /// `source` have to be there.
    func run(_ count: Int, of source: UnsafePointer<UInt8>, into target: UnsafeMutablePointer<UInt8>) {
        coefficients.withAxis { axis in
            var block = cpx_rows(
                in: source, in_stride: inputRowBytes, readable: count * inputRowBytes + Self.slack, out: target,
                out_stride: rowBytes, count: count)
            kernels.table.pointee.horizontal(&block, axis)
        }
    }
}
