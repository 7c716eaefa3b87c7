/// What can go wrong with a model's files or with one request to a loaded model.
public enum ModelError: Error, CustomStringConvertible, Equatable {
    /// There is nothing at the path.
    case noDirectory(String)
    /// A directory that may be a disk that is not mounted.
    case emptyDirectory(String)
    /// A directory that this user may not look into.
    case unreadable(String, reason: String)
    /// What is at the path is something else than a Florence-2 model.
    case foreign(String, reason: String)
    /// A file that every model needs is not there.
    case missingFile(String, model: String)
    /// A file is there, and the system does not give it out now.
    case unreadableFile(String, reason: String)
    /// A file is there but says something that no Florence-2 model can say.
    case invalidFile(String, reason: String)
    /// The weights come as a Python pickle, which is never opened.
    case pickledWeights(model: String)
    /// The prompt has more tokens than the model has positions for.
    case promptTooLong(tokens: Int, limit: Int)
    /// More decoder tokens are given than the model has positions for.
    case tooManyDecoderTokens(Int, limit: Int)
    /// The model computes scores that are no numbers.
    case damagedNumbers
    /// An image was prepared for another model than the one that is loaded.
    case wrongImageSize(width: Int, height: Int)

    public var description: String {
        switch self {
        case .noDirectory(let path):
            "There is no directory \(path)." + (path.hasPrefix("~") ? " Write it in full: ~ is not replaced here." : "")
        case .emptyDirectory(let path):
            "The directory \(path) is empty. Is its disk mounted?"
        case .unreadable(let path, let reason):
            "The directory \(path) cannot be read: \(reason)."
        case .foreign(let path, let reason):
            "\(path) is no Florence-2 model: \(reason)."
        case .missingFile(let file, let model):
            "The model \(model) has no \(file). A model needs config.json, tokenizer.json and model.safetensors."
        case .unreadableFile(let file, let reason):
            "\(file) cannot be read: \(reason)."
        case .invalidFile(let file, let reason):
            "\(file) cannot be used: \(reason)."
        case .pickledWeights(let model):
            """
            The model \(model) has its weights in pytorch_model.bin only, which can run code when it is opened. \
            Convert it once with Python: from transformers import AutoModelForCausalLM as M; \
            M.from_pretrained(DIR, trust_remote_code=True).save_pretrained(NEW_DIR, safe_serialization=True).
            """
        case .promptTooLong(let tokens, let limit):
            "The prompt is too long: \(tokens) tokens, and beside the picture the model has room for \(limit)."
        case .tooManyDecoderTokens(let tokens, let limit):
            "There are \(tokens) decoder tokens, but the model has positions for \(limit)."
        case .damagedNumbers:
            """
            The model's numbers are damaged: it computes values that are NaN or infinite, so there is no answer. \
            Download or convert its files again.
            """
        case .wrongImageSize(let width, let height):
            "The model cannot see pictures of \(width) x \(height): its files have changed. Restart the server."
        }
    }
}

extension ModelError {
    /// Whether the same files may do later: a disk may not be mounted yet, or a copy not done, or the system cannot read
    /// for the moment.
    public var mayPass: Bool {
        switch self {
        case .noDirectory, .emptyDirectory, .unreadableFile: true
        case .missingFile(let file, _): file.contains(".safetensors")
        default: false
        }
    }
}
