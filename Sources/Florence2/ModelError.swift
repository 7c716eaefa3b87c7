/// What can go wrong with a model's files or with one request to a loaded model.
public enum ModelError: Error, CustomStringConvertible, Equatable {
    /// A file that every model needs is not there.
    case missingFile(String, model: String)
    /// A file is there but says something that no Florence-2 model can say.
    case invalidFile(String, reason: String)
    /// The weights come as a Python pickle, which is never opened.
    case pickledWeights(model: String)
    /// The prompt has more tokens than the model has positions for.
    case promptTooLong(tokens: Int, limit: Int)
    /// More decoder tokens are given than the model has positions for.
    case tooManyDecoderTokens(Int, limit: Int)
    /// A picture was prepared for another model than the one that is loaded.
    case wrongPictureSize(width: Int, height: Int)

    public var description: String {
        switch self {
        case .missingFile(let file, let model):
            "The model \(model) has no \(file). A model needs config.json, tokenizer.json and model.safetensors."
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
        case .wrongPictureSize(let width, let height):
            "The model cannot see pictures of \(width) x \(height): its files have changed. Restart the server."
        }
    }
}
