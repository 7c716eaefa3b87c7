/// Sums of bytes times fixed-point weights.
enum FixedPoint {
    /// One half: what a sum starts with, to be rounded and not cut off.
    static let half = Int32(1) << (BicubicCoefficients.precision - 1)

    @inline(__always)
    static func byte(_ sum: Int32) -> UInt8 {
        UInt8(truncatingIfNeeded: max(0, min(255, sum >> BicubicCoefficients.precision)))
    }
}
