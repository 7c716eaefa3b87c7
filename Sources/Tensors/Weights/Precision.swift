/// How precisely a model's products are computed. Residuals, norms and softmax are float32 in any case.
public enum Precision: String, Sendable, CaseIterable {
    case fp32, bf16, int8

    /// bf16 where it is twice as fast as fp32, else fp32; int8 is for who asks for it.
    public static func automatic(for instructionSet: InstructionSet) -> Precision {
        instructionSet.multipliesBFloat16 ? .bf16 : .fp32
    }
}

extension Precision {
    /// The format of products between activations, as in attention.
    var attentionFormat: WeightFormat { self == .fp32 ? .float32 : .bfloat16 }

    /// Bytes of a key's or value's number while it is kept for later tokens.
    public var cachedValueSize: Int { self == .fp32 ? 4 : 2 }

    /// The format of a matrix that a checkpoint stores as `stored`; a sensitive one suffers from int8.
    func format(stored: DType, isSensitive: Bool) -> WeightFormat {
        switch self {
        case .fp32: stored == .float16 ? .float16 : .float32
        case .bf16: .bfloat16
        case .int8: isSensitive ? .bfloat16 : .int8
        }
    }
}
