import AsyncHTTPClient
import Foundation
import NIOCore
import NIOHTTP1
import NIOPosix

/// Why a connection could not be made or broke, as a part of a sentence; never an error's own description, which is
/// written for programmers.
enum ConnectionReason {
    static func text(_ error: any Error, host: String) -> String {
        switch error {
        case let error as NIOConnectionError: text(error, host: host)
        case let error as IOError: text(errno: error.errnoCode)
        case is HTTPParserError: "what answers there speaks no HTTP"
        case ChannelError.connectTimeout: "no connection came about in time"
        case let error as HTTPClientError: "the connection failed (\(error.shortDescription.lowercased()))"
        case _ where isAboutTLS(error): text(tls: "\(error)")
        default: "the connection failed"
        }
    }

    private static func text(_ error: NIOConnectionError, host: String) -> String {
        if let failure = error.connectionErrors.last { return text(failure.error, host: host) }
        return "the address of \(host) cannot be found"
    }

    private static func text(errno code: Int32) -> String {
        switch code {
        case ECONNREFUSED: "nobody answers there (connection refused)"
        case ECONNRESET, EPIPE: "the connection was closed in the middle"
        case ETIMEDOUT: "no answer came in time"
        case ENETUNREACH, EHOSTUNREACH, ENETDOWN: "there is no way there from this machine"
        default: "the connection failed (\(String(cString: strerror(code)).lowercased()))"
        }
    }

    /// The library that encrypts is another package's; its errors are known by where they come from.
    private static func isAboutTLS(_ error: any Error) -> Bool {
        String(reflecting: type(of: error)).hasPrefix("NIOSSL.")
    }

    private static func text(tls description: String) -> String {
        description.contains("CERTIFICATE_VERIFY_FAILED")
            ? "its certificate is not accepted; is the package ca-certificates there, and the machine's clock right?"
            : "the encrypted connection could not be made"
    }
}
