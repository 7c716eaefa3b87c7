/// Why an image cannot be prepared for the model, which is not the image's own fault.
package enum PreprocessingError: Error, Equatable, CustomStringConvertible {
    /// Decoding the image takes more memory than one may take.
    case tooLarge(bytes: Int, limit: Int)
    /// The system has no room for another thread.
    case noThread

    package var description: String {
        switch self {
        case .tooLarge(let bytes, let limit):
            "The picture takes too many bytes for decoding: \((bytes >> 20) + 1) MB, and one may take \(limit >> 20) MB. "
                + "Make it smaller, or start the server with a larger --max-decode-memory."
        case .noThread:
            "The system refuses the server another thread. The limit may be the user's (ulimit -u), the service's "
                + "(TasksMax) or the container's (pids). Send the request again later."
        }
    }
}
