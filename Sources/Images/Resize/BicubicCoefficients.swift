import CPixels

/// The fixed-point weights of one axis, as Pillow 11.2.1 computes them (libImaging/Resample.c, precompute_coeffs and
/// normalize_coeffs_8bpc): antialiased bicubic, a = -0.5.
struct BicubicCoefficients {
    /// For each output position its first input position and how many there are.
    let windows: [cpx_window]
    /// [windows.count, stride] weights, CPX_PRECISION bits behind the point; beyond a window's count they are 0.
    let weights: [Int32]
    let stride: Int

    /// The longest window.
    let maxCount: Int

    /// `mirrored`: both sides run from their end to their start, the weights being those of the positions that they
    /// have in truth, which may differ in their last bit.
    init(from inputSize: Int, to outputSize: Int, mirrored: Bool = false) {
        let scale = Double(inputSize) / Double(outputSize)
        let filterScale = max(scale, 1)
        let support = 2 * filterScale
        let stride = Self.stride(from: inputSize, to: outputSize)
        var windows: [cpx_window] = []
        windows.reserveCapacity(outputSize)
        var weights = [Int32](repeating: 0, count: outputSize * stride)
        for position in 0..<outputSize {
            let center = (Double(position) + 0.5) * scale
            let first = max(Int(center - support + 0.5), 0)
            let end = min(Int(center + support + 0.5), inputSize)
            windows.append(cpx_window(first: mirrored ? inputSize - end : first, count: end - first))
            let window = (first..<end).map { Self.bicubic((Double($0) - center + 0.5) * (1 / filterScale)) }
            let sum = window.reduce(0, +)
            let row = stride * (mirrored ? outputSize - 1 - position : position)
            for (index, weight) in window.enumerated() {
                let column = mirrored ? window.count - 1 - index : index
                weights[row + column] = Self.fixedPoint(sum == 0 ? weight : weight / sum)
            }
        }
        if mirrored { windows.reverse() }
        self.windows = windows
        self.weights = weights
        self.stride = stride
        maxCount = windows.reduce(0) { max($0, $1.count) }
    }

    /// The longest window that there can be.
    static func longest(from inputSize: Int, to outputSize: Int) -> Int {
        let scale = max(Double(inputSize) / Double(outputSize), 1)
        return Int((2 * scale).rounded(.up)) * 2 + 1
    }

    private static func stride(from inputSize: Int, to outputSize: Int) -> Int {
        let block = Int(CPX_TAPS)
        return (longest(from: inputSize, to: outputSize) + block - 1) / block * block
    }

    /// The bytes that they take.
    static func memory(from inputSize: Int, to outputSize: Int) -> Int {
        outputSize * (stride(from: inputSize, to: outputSize) * 4 + 32)
    }

    /// As the kernels read them.
    func withAxis(_ body: (UnsafePointer<cpx_axis>) -> Void) {
        windows.withUnsafeBufferPointer { windows in
            weights.withUnsafeBufferPointer { weights in
                var axis = cpx_axis(
                    windows: windows.baseAddress, weights: weights.baseAddress, positions: windows.count,
                    stride: stride)
                body(&axis)
            }
        }
    }

    /// Keys' cubic with a = -0.5. The order of operations is Pillow's: rounding depends on it.
    private static func bicubic(_ offset: Double) -> Double {
        let a = -0.5
        let x = abs(offset)
        if x < 1 { return ((a + 2) * x - (a + 3)) * x * x + 1 }
        if x < 2 { return (((x - 5) * x + 8) * x - 4) * a }
        return 0
    }

    private static func fixedPoint(_ weight: Double) -> Int32 {
        let scaled = weight * Double(Int32(1) << Int32(CPX_PRECISION))
        return Int32(scaled < 0 ? scaled - 0.5 : scaled + 0.5)
    }
}
