import Foundation
import Transfers

/// Why a connection could not be made or broke, as a part of a sentence.
enum ConnectionReason {
    static func text(_ error: TransferError, host: String) -> String {
        switch error {
        case .connectTimeout, .timeout, .idle: "no answer came in time"
        case .unknownHost: "the address of \(host) cannot be found"
        case .unknownProxy: "the address of the proxy cannot be found"
        case .notConnected(let code): text(errno: code)
        case .closed, .keptClosed: "the connection was closed in the middle"
        case .notHTTP: "what answers there speaks no HTTP"
        case .certificate:
            "its certificate is not accepted; is the package ca-certificates there, and the machine's clock right?"
                + " Where a proxy looks into what is encrypted, SSL_CERT_FILE names the file with its certificate"
        case .authorities: "the system's certificates cannot be read; is the package ca-certificates there?"
        case .encryption: "the encrypted connection could not be made"
        case .proxy(status: 0): "the proxy did not let the connection through"
        case .proxy(let status): "the proxy did not let the connection through (status \(status))"
        case .noResources: "this machine has no memory or threads for another connection"
        case .tooLong: "its answer begins with more than an answer may"
        case .body: "the connection failed"
        case .other(let text): "the connection failed (\(text.lowercased()))"
        }
    }

    private static func text(errno code: Int32) -> String {
        switch code {
        case 0: "no connection came about"
        case ECONNREFUSED: "nobody answers there (connection refused)"
        case ECONNRESET, EPIPE: "the connection was closed in the middle"
        case ETIMEDOUT: "no answer came in time"
        case ENETUNREACH, EHOSTUNREACH, ENETDOWN: "there is no way there from this machine"
        default: "the connection failed (\(String(cString: strerror(code)).lowercased()))"
        }
    }
}
