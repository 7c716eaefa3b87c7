import CCurl

/// Why a transfer failed.
package enum TransferError: Error, Sendable, Equatable {
    /// The time for the way to the server was over.
    case connectTimeout
    /// No byte came for as long as that may be.
    case idle
    /// All of it took longer than it may.
    case timeout
    case unknownHost
    case unknownProxy
    /// No connection came about, with the system's number (errno) where it has one.
    case notConnected(Int32)
    /// The connection was closed in the middle.
    case closed
    /// A connection that was kept from an earlier request was closed before anything of the answer came.
    case keptClosed
    /// What answers there speaks no HTTP.
    case notHTTP
    /// Nobody that is trusted vouches for the server's certificate.
    case certificate
    /// The file with the certificates that are trusted cannot be read.
    case authorities
    /// No encrypted connection came about.
    case encryption
    /// A proxy has answered with that status when it was asked for a tunnel; 0 where it did not speak the protocol.
    case proxy(status: Int)
    /// The request's body had another length than it was said to have.
    case body
    /// The answer is longer than it may be.
    case tooLong
    /// This machine has no memory or threads for another transfer.
    case noResources
    /// Anything else, in libcurl's words.
    case other(String)
}

extension TransferError {
    /// - Parameters:
    ///   - code: Libcurl's, not `CCURL_OK`.
    ///   - errno: The system's number for what failed, where it has one.
    ///   - proxyStatus: With what a proxy has answered when it was asked for a tunnel.
    init(code: CInt, errno: Int32, proxyStatus: Int) {
        self =
            switch Int(code) {
            case CCURL_NOT_CONNECTED where proxyStatus >= 300,
                CCURL_RECEIVE_FAILED where proxyStatus >= 300:
                .proxy(status: proxyStatus)
            case CCURL_PROXY_FAILED: .proxy(status: 0)
            case CCURL_UNSUPPORTED_PROTOCOL, CCURL_STRANGE_ANSWER: .notHTTP
            case CCURL_UNKNOWN_HOST: .unknownHost
            case CCURL_UNKNOWN_PROXY: .unknownProxy
            case CCURL_NOT_CONNECTED: .notConnected(errno)
            case CCURL_TIMEOUT: .connectTimeout
            case CCURL_CUT_OFF, CCURL_NOTHING, CCURL_SENT_ALREADY, CCURL_SEND_FAILED,
                CCURL_RECEIVE_FAILED, CCURL_STREAM_FAILED:
                .closed
            case CCURL_TLS_FAILED: .encryption
            case CCURL_CERTIFICATE_REFUSED: .certificate
            case CCURL_BAD_AUTHORITIES: .authorities
            default: .other(String(cString: ccurl_text(code)))
            }
    }
}
