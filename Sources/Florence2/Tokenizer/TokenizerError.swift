/// Why the files of a tokenizer could not be used.
public enum TokenizerError: Error, Equatable, CustomStringConvertible {
    /// The JSON breaks at a byte: what was expected there.
    case malformed(file: String, offset: Int, expected: String)
    /// A field that a byte-level BPE tokenizer needs is absent.
    case missing(file: String, field: String)
    /// A field asks for something that Florence-2 tokenizers never ask for.
    case unsupported(file: String, field: String)
    /// The fields contradict each other; the detail is a clause such as "token \"a\" has id -1".
    case inconsistent(file: String, detail: String)

    public var description: String {
        switch self {
        case .malformed(let file, let offset, let expected):
            "\(file) can't be read: expected \(expected) at byte \(offset). Download the file again."
        case .missing(let file, let field):
            "\(file) has no \(field). A byte-level BPE tokenizer as Florence-2 has it is needed."
        case .unsupported(let file, let field):
            "\(file) asks for \(field), which Florence-2's tokenizers never do. A byte-level BPE tokenizer is needed."
        case .inconsistent(let file, let detail):
            "\(file) contradicts itself: \(detail). Use the file that belongs to the model."
        }
    }
}
