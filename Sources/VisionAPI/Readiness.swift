import Serving

/// Whether a request that comes now would be accepted, and if not, why: without names, anybody may ask.
struct Readiness {
    /// `nil`: it would.
    let reason: String?
    /// Seconds after which it is worth asking again.
    var retryAfter = 5

    init<C: Clock>(_ host: ModelHostStatus, _ supply: ModelSupply<C>) where C.Duration == Duration {
        reason =
            if host.isStopping {
                "The server is stopping."
            } else if case .fetching = supply.current {
                "The model's files are being downloaded."
            } else if host.hasFailed || supply.hasFailedLately {
                "The model could not be loaded a moment ago. GET /status and the server's log say more."
            } else if host.isFull {
                "The queue is full."
            } else {
                nil
            }
    }
}
