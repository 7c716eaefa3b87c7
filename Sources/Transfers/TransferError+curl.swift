import CCurl

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
