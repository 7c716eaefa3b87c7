/// What can go wrong below the model: the processor, a file, or a tensor in it.
public enum TensorError: Error, Equatable, CustomStringConvertible {
    /// The instruction set asked for is unknown, or this processor lacks it.
    case unsupportedInstructionSet(String)
    /// A file of weights cannot be used.
    case invalidFile(path: String, reason: String)

    public var description: String {
        switch self {
        case .unsupportedInstructionSet(let name):
            let usable = InstructionSet.supported.map(\.rawValue).joined(separator: ", ")
            return "\(InstructionSet.environmentKey) is \"\(name)\", but this processor can use: \(usable). "
                + "Set it to one of these, or unset it to use the best."
        case .invalidFile(let path, let reason):
            return "\(path): \(reason)"
        }
    }
}
