import CPixels

/// The first pass: each row by itself, a few at a time because they share the weights.
struct HorizontalPass {
    /// Rows of the picture.
    let height: Int
    private let coefficients: BicubicCoefficients
    private let inputRowBytes: Int
    private let rowBytes: Int
    private let kernels: PixelKernels

    private static let rowsAtATime = Int(CPX_ROWS)

    /// nil where the width stays.
    init?(from image: RGBImage, to width: Int, _ kernels: PixelKernels) {
        if image.width == width { return nil }
        height = image.height
        coefficients = BicubicCoefficients(from: image.width, to: width)
        inputRowBytes = 3 * image.width
        rowBytes = 3 * width
        self.kernels = kernels
    }

    /// Rows `rows` of `source` ([height, input width, 3]) -> `target` ([rows.count, width, 3]).
    func run(_ rows: Range<Int>, of source: UnsafePointer<UInt8>, into target: UnsafeMutablePointer<UInt8>) {
        coefficients.withAxis { axis in
            for first in stride(from: rows.lowerBound, to: rows.upperBound, by: Self.rowsAtATime) {
                var block = cpx_rows(
                    in: source + first * inputRowBytes, in_stride: inputRowBytes,
                    readable: (height - first) * inputRowBytes, out: target + (first - rows.lowerBound) * rowBytes,
                    out_stride: rowBytes, count: min(Self.rowsAtATime, rows.upperBound - first))
                kernels.table.pointee.horizontal(&block, axis)
            }
        }
    }

    /// Gives `body` a function from a row's number to its pixels, made when they are asked for first; the last `kept`
    /// rows up to the furthest that was asked for are there. So there is no intermediate picture, however tall the input.
    func withRows(
        of source: UnsafePointer<UInt8>, kept: Int, _ body: ((Int) -> UnsafePointer<UInt8>) -> Void
    ) {
        // Whole blocks: the rows of a block lie side by side, and its last may be further than what was asked for.
        let capacity = (kept + 2 * Self.rowsAtATime - 2) / Self.rowsAtATime * Self.rowsAtATime
        withUnsafeTemporaryAllocation(of: UInt8.self, capacity: capacity * rowBytes) { ring in
            guard let ring = ring.baseAddress else { return }
            var made = 0
            body { row in
                while made <= row {
                    let block = made..<min(made + Self.rowsAtATime, height)
                    run(block, of: source, into: ring + made % capacity * rowBytes)
                    made = block.upperBound
                }
                return UnsafePointer(ring + row % capacity * rowBytes)
            }
        }
    }
}
