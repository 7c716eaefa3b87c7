/// The element types that Florence-2 checkpoints store their weights in.
public enum DType: String, Sendable {
    /// Narrowed to float32 as it is read: nobody computes with it.
    case float64 = "F64"
    case float32 = "F32"
    case float16 = "F16"
    case bfloat16 = "BF16"

    /// Bytes of one element.
    public var size: Int {
        switch self {
        case .float64: 8
        case .float32: 4
        case .float16, .bfloat16: 2
        }
    }

    /// Turns `count` elements at `source` (any alignment) into float32; exact for all types but float64.
    package func widen(_ source: UnsafeRawPointer, to destination: UnsafeMutablePointer<Float>, count: Int) {
        switch self {
        case .float64:
            for index in 0..<count {
                destination[index] = Float(source.loadUnaligned(fromByteOffset: index &* 8, as: Double.self))
            }
        case .float32:
            UnsafeMutableRawPointer(destination).copyMemory(from: source, byteCount: count * 4)
        case .float16:
            Self.widenHalves(source, to: destination, count: count, convert: Self.float16)
        case .bfloat16:
            Self.widenHalves(source, to: destination, count: count) { Float(bitPattern: UInt32($0) << 16) }
        }
    }

    @inline(__always)
    private static func widenHalves(
        _ source: UnsafeRawPointer, to destination: UnsafeMutablePointer<Float>, count: Int,
        convert: (UInt16) -> Float
    ) {
        for index in 0..<count {
            destination[index] = convert(source.loadUnaligned(fromByteOffset: index &* 2, as: UInt16.self))
        }
    }

    /// IEEE half to single without a branch, so that the loop around it vectorises: the exponent is re-biased by one
    /// exact multiplication (which also normalises subnormal halves), infinities and NaNs are patched by a mask.
    @inline(__always)
    private static func float16(_ half: UInt16) -> Float {
        let bits = UInt32(half)
        let magnitude = bits & 0x7fff
        let scaled = Float(bitPattern: magnitude << 13) * Float(bitPattern: 0x7780_0000)  // * 2^112
        let special: UInt32 = magnitude >= 0x7c00 ? 0x7f80_0000 : 0
        return Float(bitPattern: scaled.bitPattern | special | (bits & 0x8000) << 16)
    }
}
