/// The second pass. Each row of the first is asked for once, in order, and added to the sums of every output row
/// that needs it: there is no intermediate picture, however tall the input. (Integer sums do not depend on order.)
struct VerticalPass {
    private let coefficients: BicubicCoefficients?
    private let height: Int
    private let rowBytes: Int

    /// `rowBytes`: bytes of a row, the same before and after.
    init(from inputHeight: Int, to height: Int, rowBytes: Int) {
        coefficients = inputHeight == height ? nil : BicubicCoefficients(from: inputHeight, to: height)
        self.height = height
        self.rowBytes = rowBytes
    }

    /// Fills `target` ([height, rowBytes]); `row` gives an input row, valid until the next call.
    func run(into target: UnsafeMutableBufferPointer<UInt8>, row: (Int) -> UnsafeBufferPointer<UInt8>) {
        guard let coefficients else {
            for y in 0..<height {
                _ = output(target, y).update(fromContentsOf: row(y))
            }
            return
        }
        withUnsafeTemporaryAllocation(of: Int32.self, capacity: height * rowBytes) { sums in
            sums.initialize(repeating: FixedPoint.half)
            accumulate(coefficients, into: sums, row: row)
            for index in 0..<sums.count { target[index] = FixedPoint.byte(sums[index]) }
        }
    }

    private func accumulate(
        _ coefficients: BicubicCoefficients, into sums: UnsafeMutableBufferPointer<Int32>,
        row: (Int) -> UnsafeBufferPointer<UInt8>
    ) {
        let windows = coefficients.windows
        guard let start = windows.first?.first, let last = windows.last else { return }
        var oldest = 0  // the first output row that still waits for input
        for y in start..<last.first + last.count {
            let input = row(y)
            while oldest < height, windows[oldest].first + windows[oldest].count <= y { oldest += 1 }
            for target in oldest..<height {
                let position = y - windows[target].first
                if position < 0 { break }
                guard position < windows[target].count else { continue }
                let weight = coefficients.weights[target * coefficients.stride + position]
                add(input, times: weight, to: UnsafeMutableBufferPointer(rebasing: sums[bytes(of: target)]))
            }
        }
    }

    private func add(
        _ row: UnsafeBufferPointer<UInt8>, times weight: Int32, to sums: UnsafeMutableBufferPointer<Int32>
    ) {
        for index in 0..<sums.count { sums[index] &+= Int32(row[index]) &* weight }
    }

    private func bytes(of row: Int) -> Range<Int> { row * rowBytes..<(row + 1) * rowBytes }

    private func output(_ target: UnsafeMutableBufferPointer<UInt8>, _ row: Int) -> UnsafeMutableBufferPointer<UInt8> {
        UnsafeMutableBufferPointer(rebasing: target[bytes(of: row)])
    }
}
