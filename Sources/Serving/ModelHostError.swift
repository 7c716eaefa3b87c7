/// Why a host could not lend its model.
public enum ModelHostError: Error, CustomStringConvertible {
    /// The model could not be loaded; the next request tries again.
    case loadFailed(model: String, reason: any Error)
    /// The host is stopping and takes no new work.
    case stopping

    public var description: String {
        switch self {
        case .loadFailed(let model, let reason): "The model \(model) could not be loaded. \(reason)"
        case .stopping:
            "The server is stopping and takes no new work. Send the request to another server, or again later."
        }
    }
}
