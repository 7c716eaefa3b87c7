/// Why a host did not lend its model.
public enum ModelHostError: Error, CustomStringConvertible {
    /// The model could not be loaded; the next request tries again.
    case loadFailed(model: String, reason: any Error)
    /// As many requests wait as are let in; in so many seconds they may be done.
    case overloaded(waiting: Int, retryAfter: Int)
    /// The request has waited for its turn as long as it may; in so many seconds those that still wait may be done.
    case waitedTooLong(Duration, waiting: Int, retryAfter: Int)
    /// The host is stopping and takes no new work.
    case stopping

    public var description: String {
        switch self {
        case .loadFailed(let model, let reason): "The model \(model) could not be loaded. \(reason)"
        case .overloaded(let waiting, let retryAfter):
            "The server is busy: \(waiting) \(waiting == 1 ? "request waits" : "requests wait") already. "
                + "Send the request again in \(retryAfter) s."
        case .waitedTooLong(let limit, let waiting, let retryAfter):
            "The request has waited for its turn for \(limit.components.seconds) s, and \(waiting) "
                + "\(waiting == 1 ? "other waits" : "others wait"). "
                + "Send it again in \(retryAfter) s."
        case .stopping:
            "The server is stopping and takes no new work. Send the request to another server, or again later."
        }
    }
}
