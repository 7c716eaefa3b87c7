/// Why a host did not lend its model.
public enum ModelHostError: Error, CustomStringConvertible {
    /// The model could not be loaded; the next request tries again.
    case loadFailed(model: String, reason: any Error)
    /// As many requests wait as are let in.
    case overloaded(waiting: Int)
    /// The request has waited for its turn as long as it may.
    case waitedTooLong(Duration)
    /// The host is stopping and takes no new work.
    case stopping

    public var description: String {
        switch self {
        case .loadFailed(let model, let reason): "The model \(model) could not be loaded. \(reason)"
        case .overloaded(let waiting):
            "The server is busy: \(waiting) requests wait already. Send the request again later."
        case .waitedTooLong(let limit):
            "The request has waited for its turn for \(limit.components.seconds) s. Send it again later."
        case .stopping:
            "The server is stopping and takes no new work. Send the request to another server, or again later."
        }
    }
}
