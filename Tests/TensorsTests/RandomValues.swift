import Tensors

/// Reproducible values (SplitMix64), in about -1...1.
struct RandomValues {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var z = state
        z = (z ^ (z >> 30)) &* 0xbf58_476d_1ce4_e5b9
        z = (z ^ (z >> 27)) &* 0x94d0_49bb_1331_11eb
        return z ^ (z >> 31)
    }

    mutating func floats(_ count: Int, scale: Float = 1) -> [Float] {
        (0..<count).map { _ in scale * (Float(next() >> 40) / Float(1 << 23) - 1) }
    }

    mutating func tensor(_ shape: [Int], scale: Float = 1) -> Tensor {
        Tensor(shape: shape, floats(shape.reduce(1, *), scale: scale))
    }

    mutating func int(_ range: ClosedRange<Int>) -> Int { range.lowerBound + Int(next() % UInt64(range.count)) }
}

/// The largest difference, relative to the largest expected magnitude (or to 1, where that is smaller).
func difference(_ actual: [Float], _ expected: [Float]) -> Float {
    guard actual.count == expected.count else { return .infinity }
    let magnitude = max(1, expected.reduce(0) { max($0, abs($1)) })
    return zip(actual, expected).reduce(0) { worst, pair in
        let gap = abs(pair.0 - pair.1) / magnitude
        return gap.isNaN ? .infinity : max(worst, gap)
    }
}
