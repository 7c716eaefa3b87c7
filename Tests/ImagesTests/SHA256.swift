/// FIPS 180-4, for the sums of the shared test data. The constants are the fractions of the first primes' roots.
enum SHA256 {
    static func hexadecimal(_ bytes: [UInt8]) -> String {
        var state = primes.prefix(8).map { fraction(ofRoot: 2, of: $0) }
        let constants = primes.map { fraction(ofRoot: 3, of: $0) }
        let bits = UInt64(bytes.count) * 8
        let zeros = [UInt8](repeating: 0, count: (119 - bytes.count % 64) % 64)
        let padded = bytes + [0x80] + zeros + stride(from: 56, through: 0, by: -8).map { UInt8(bits >> $0 & 255) }
        for block in stride(from: 0, to: padded.count, by: 64) {
            compress(&state, padded[block..<block + 64], constants)
        }
        return state.map { word in
            let digits = String(word, radix: 16)
            return String(repeating: "0", count: 8 - digits.count) + digits
        }.joined()
    }

    private static func compress(_ state: inout [UInt32], _ block: ArraySlice<UInt8>, _ constants: [UInt32]) {
        var words = stride(from: block.startIndex, to: block.endIndex, by: 4).map { start in
            block[start..<start + 4].reduce(0 as UInt32) { $0 << 8 | UInt32($1) }
        }
        for i in 16..<64 {
            let small = turn(words[i - 15], 7) ^ turn(words[i - 15], 18) ^ (words[i - 15] >> 3)
            let large = turn(words[i - 2], 17) ^ turn(words[i - 2], 19) ^ (words[i - 2] >> 10)
            words.append(words[i - 16] &+ small &+ words[i - 7] &+ large)
        }
        var s = state
        for i in 0..<64 {
            let choice = (s[4] & s[5]) ^ (~s[4] & s[6])
            let majority = (s[0] & s[1]) ^ (s[0] & s[2]) ^ (s[1] & s[2])
            let first = s[7] &+ (turn(s[4], 6) ^ turn(s[4], 11) ^ turn(s[4], 25)) &+ choice &+ constants[i] &+ words[i]
            let second = (turn(s[0], 2) ^ turn(s[0], 13) ^ turn(s[0], 22)) &+ majority
            (s[7], s[6], s[5], s[4]) = (s[6], s[5], s[4], s[3] &+ first)
            (s[3], s[2], s[1], s[0]) = (s[2], s[1], s[0], first &+ second)
        }
        for i in 0..<8 { state[i] &+= s[i] }
    }

    private static func turn(_ word: UInt32, _ count: UInt32) -> UInt32 { word >> count | word << (32 - count) }

    private static let primes: [UInt64] = (2...311).filter { n in !(2..<n).contains { n.isMultiple(of: $0) } }

    /// The first 32 bits behind the point of a square or cube root, by bisection in integers.
    private static func fraction(ofRoot degree: Int, of prime: UInt64) -> UInt32 {
        var low: UInt64 = 0
        var high: UInt64 = 32 << 32
        while high - low > 1 {
            let middle = (low + high) / 2
            if isPower(of: middle, degree, atMost: prime) { low = middle } else { high = middle }
        }
        return UInt32(truncatingIfNeeded: low)
    }

    /// Whether (value / 2^32)^degree is at most `prime`.
    private static func isPower(of value: UInt64, _ degree: Int, atMost prime: UInt64) -> Bool {
        let wide = UInt128(value)
        return degree == 2
            ? wide * wide <= UInt128(prime) << 64
            : wide * wide * wide <= UInt128(prime) << 96
    }
}
