import Serving

/// A call was not taken up in time.
struct ToolDelay: Error, CustomStringConvertible {
    let description: String

    /// - Parameter status: The host's, while the call still waits.
    init(_ limit: Duration, _ status: ModelHostStatus) {
        let others = max(0, status.waiting - 1)
        let isLoading = status.state == .loading
        let running = "\(status.running) \(status.running == 1 ? "is" : "are") being answered"
        let reason = isLoading ? "the model is still being loaded" : running
        description =
            "The request has waited for its turn for \(limit.components.seconds) s, and \(others) "
            + "\(others == 1 ? "other waits" : "others wait"); \(reason). Call the tool again in "
            + "\(status.secondsToWait) s."
    }
}
