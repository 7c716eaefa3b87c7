#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// What a hypothesis' sum of log-probabilities is divided by.
struct LengthPenalty: Sendable {
    /// Above 0 longer answers are preferred, below 0 shorter ones.
    let exponent: Double

    /// length ^ exponent, rounded to float32 once as PyTorch does.
    func callAsFunction(_ length: Int) -> Float { Float(pow(Double(length), exponent)) }
}
