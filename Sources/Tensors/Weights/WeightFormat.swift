import CKernels

/// How a packed weight matrix is kept; activations are rounded to match it.
public enum WeightFormat: String, Sendable, CaseIterable {
    case float32
    /// Widened to float32 as it is read: exact for weights that a file holds as float16.
    case float16
    /// Both sides of a product in bfloat16, sums in float32.
    case bfloat16
    /// Both sides in int8 with a scale for each output channel and each row, in blocks of 1024 inputs; sums in int32.
    case int8

    var kernel: ck_format {
        switch self {
        case .float32: CK_F32
        case .float16: CK_F16
        case .bfloat16: CK_BF16
        case .int8: CK_I8
        }
    }
}
