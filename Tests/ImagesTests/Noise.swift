/// xorshift32; the golden script draws the same bytes.
struct Noise: RandomNumberGenerator {
    private var state: UInt32

    init(seed: UInt32) { state = seed == 0 ? 1 : seed }

    mutating func byte() -> UInt8 {
        state ^= state << 13
        state ^= state >> 17
        state ^= state << 5
        return UInt8(truncatingIfNeeded: state)
    }

    mutating func next() -> UInt64 { (0..<8).reduce(0) { value, _ in value << 8 | UInt64(byte()) } }

    static func bytes(_ count: Int, seed: UInt32) -> [UInt8] {
        var noise = Noise(seed: seed)
        return (0..<count).map { _ in noise.byte() }
    }
}
