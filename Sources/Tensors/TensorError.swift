/// What can go wrong below the model: the processor, a file, or a tensor in it.
public enum TensorError: Error, Equatable, CustomStringConvertible {
    /// The instruction set asked for is unknown, or this processor lacks it.
    case unsupportedInstructionSet(String)
    /// A file of weights cannot be used.
    case invalidFile(path: String, reason: String)
    /// The system could not read a file of weights, which may pass; nothing is known of what is in it.
    case unreadableFile(path: String, reason: String)
    /// The checkpoint lacks a tensor that the model needs.
    case missingTensor(String, file: String)
    /// A tensor has another shape than the model needs.
    case wrongShape(String, expected: [Int], found: [Int], file: String)
    /// A tensor has elements that are no float32, float16 or bfloat16.
    case unsupportedType(String, type: String, file: String)

    public var description: String {
        switch self {
        case .unsupportedInstructionSet(let name):
            let usable = InstructionSet.supported.map(\.rawValue).joined(separator: ", ")
            return "\(InstructionSet.environmentKey) is \"\(name)\", but this processor can use: \(usable). "
                + "Set it to one of these, or unset it to use the best."
        case .invalidFile(let path, let reason):
            return "\(path) cannot be used: \(reason)."
        case .unreadableFile(let path, let reason):
            return "\(path) cannot be used: \(reason)."
        case .missingTensor(let name, let file):
            return "\(file) has no tensor \(name): it is not a whole Florence-2 checkpoint, "
                + "or config.json belongs to another."
        case .wrongShape(let name, let expected, let found, let file):
            return "\(file): the tensor \(name) has shape \(found), but config.json asks for \(expected)."
        case .unsupportedType(let name, let type, let file):
            return "\(file): the tensor \(name) is stored as \(type); only F32, F16 and BF16 can be read."
        }
    }
}
