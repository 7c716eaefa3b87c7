import SeededRandom
import Tensors

/// Reproducible values, in about -1...1.
struct RandomValues {
    private var random: SplitMix

    init(seed: UInt64) { random = SplitMix(seed: seed) }

    mutating func next() -> UInt64 { random.next() }

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
