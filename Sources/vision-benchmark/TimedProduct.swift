import Tensors

/// A linear layer with random weights, ready to be timed.
struct TimedProduct {
    // Shapes: x [m, k] -> [m, n].
    private let layers: [Linear]
    private let x: Tensor
    private let repetitions: Int

    /// A step of the decoder meets weights that no cache holds, so there are enough copies of those to take turns.
    init(_ shape: ProductShape, format: WeightFormat, in workspace: Workspace) {
        let byteCount = shape.n * shape.k * format.bytesPerWeight
        let isCold = shape.stage == .decoder && byteCount > 1 << 16
        let copies = isCold ? (128 << 20) / byteCount + 1 : 1
        var random = RepeatableValues(seed: UInt64(shape.m * 31 + shape.k * 7 + shape.n))
        let weights = random.values(shape.n * shape.k)
        layers = (0..<copies).map { _ in
            let weight = weights.withUnsafeBufferPointer {
                PackedMatrix(
                    rowMajor: $0, outputs: shape.n, inputs: shape.k, format: format, in: workspace)
            }
            return Linear(weight: weight, bias: Tensor(shape: [shape.n]))
        }
        x = Tensor(shape: [shape.m, shape.k], random.values(shape.m * shape.k))
        repetitions = max(copies, min(48, Int(4e9 / shape.operations)), 1)
        _ = layers[0](x, in: workspace)
    }

    /// Seconds of one product, the mean of a few in a row.
    func time(in workspace: Workspace) -> Double {
        let start = ContinuousClock.now
        for repetition in 0..<repetitions {
            _ = layers[repetition % layers.count](x, in: workspace)
        }
        return (ContinuousClock.now - start) / .seconds(Double(repetitions))
    }
}

extension WeightFormat {
    fileprivate var bytesPerWeight: Int {
        switch self {
        case .float32: 4
        case .float16, .bfloat16: 2
        case .int8: 1
        }
    }
}

/// Numbers between -1 and 1, the same ones every time (a linear congruential generator, Knuth's MMIX).
private struct RepeatableValues {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func values(_ count: Int) -> [Float] {
        (0..<count).map { _ in
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Float(Int32(truncatingIfNeeded: state >> 32)) / 2_147_483_648
        }
    }
}
