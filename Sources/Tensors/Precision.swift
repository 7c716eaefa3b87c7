/// How precisely a model's products are computed. Residuals, norms and softmax are float32 in any case.
public enum Precision: String, Sendable, CaseIterable {
    case fp32, bf16, int8

    /// bf16 where it is twice as fast as fp32, else fp32; int8 is for who asks for it.
    public static func automatic(for instructionSet: InstructionSet) -> Precision {
        instructionSet.multipliesBFloat16 ? .bf16 : .fp32
    }
}

/// How a weight matrix is used, which decides the format that suits a precision.
public enum MatrixUse: Sendable {
    /// By hundreds of rows at a time: arithmetic is what takes time.
    case manyRows
    /// By a few rows at a time: reading the weights is what takes time.
    case fewRows
    /// By numbers that int8 would distort too much.
    case sensitive
}

extension Precision {
    /// The format of products between activations, as in attention.
    var attentionFormat: WeightFormat { self == .fp32 ? .float32 : .bfloat16 }

    /// The format of a matrix that a checkpoint stores as `stored`.
    func format(_ use: MatrixUse, stored: DType) -> WeightFormat {
        switch (self, use) {
        case (.fp32, .fewRows): stored == .float16 ? .float16 : .float32
        case (.fp32, _): .float32
        case (.bf16, _), (.int8, .sensitive): .bfloat16
        case (.int8, _): .int8
        }
    }
}
