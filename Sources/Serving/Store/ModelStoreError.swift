/// Why a model's files are not there.
public enum ModelStoreError: Error, CustomStringConvertible {
    /// They are on their way.
    case fetching(model: String, DownloadProgress)
    /// The last try went wrong; it is repeated when somebody asks a moment later, and may then succeed although nobody
    /// has changed anything if it is temporary.
    case failed(model: String, reason: any Error, isTemporary: Bool)

    public var description: String {
        switch self {
        case .fetching(let model, let progress) where progress.trouble != nil:
            "The model \(model) could not be downloaded yet; it is tried again. \(progress.trouble ?? "") "
                + "Send the request again later."
        case .fetching(let model, let progress):
            "The model \(model) is being downloaded: \(progress). Send the request again later."
        case .failed(let model, let reason, _) where reason is CancellationError:
            "The download of the model \(model) was stopped. Send the request again later."
        case .failed(let model, let reason, _):
            "The model \(model) could not be downloaded. \(reason)"
        }
    }
}
