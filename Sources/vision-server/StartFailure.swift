import Florence2
import Images
import ModelHub
import Tensors

/// What a failure to get a model means for the process: whether to go on, and whether to be started again.
enum StartFailure {
    /// Whether starting again cannot help: there is something, and it is no model that can be used, or a name or a setting
    /// says what cannot be. What is missing is none of that, and what the system cannot read now: a disk may be mounted
    /// later.
    static func isFinal(_ error: any Error) -> Bool {
        if let error = error as? ModelHubError { return isFinal(error) }
        if let error = error as? ModelError { return !error.mayPass }
        if case TensorError.unreadableFile = error { return false }
        return isOfFiles(error)
    }

    /// Whether the error is about a model's files: one is not there, or cannot be used.
    static func isOfFiles(_ error: any Error) -> Bool {
        error is ModelError || error is TensorError || error is TokenizerError || error is ImageError
    }

    /// Whether a server that was told to load its model at the start ends when it cannot: not where the hub or the
    /// network fails, or memory is short, as that can pass.
    static func endsPreload(_ error: any Error) -> Bool {
        switch error {
        case ModelHubError.offline, ModelHubError.damagedForGood, ModelHubError.notWritable, ModelHubError.disk: true
        default: isFinal(error)
        }
    }

    private static func isFinal(_ error: ModelHubError) -> Bool {
        switch error {
        case .invalidName, .invalidRevision, .invalidSetting, .proxyRefused, .notFound, .revisionNotFound, .gated,
            .tokenRefused, .notFlorence2, .pickledWeights, .missingFile:
            true
        default: false
        }
    }
}
