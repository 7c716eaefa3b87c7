import AsyncHTTPClient
import Foundation
import NIOCore

extension Reply {
    /// What a connection that failed means.
    init(connectionError error: any Error, server: ServerAddress, timeout: Duration?) {
        switch error {
        case let error as ClientError:
            self = .refused(error.description)
        case let error as HTTPClientError:
            self.init(error, server: server, timeout: timeout)
        case is NIOTooManyBytesError:
            self = .unusable("\(server) answered with more than a vision server says. Is the address right?")
        case let error as IOError where [EPIPE, ECONNRESET, ENOTCONN].contains(error.errnoCode):
            self = .lost(Self.closed(server))
        default:
            self = .unreachable(Self.away(server))
        }
    }

    private init(_ error: HTTPClientError, server: ServerAddress, timeout: Duration?) {
        if error == .deadlineExceeded || error == .readTimeout {
            let limit = timeout.map { "\($0 / .seconds(1))" } ?? "the allowed number of"
            self = .refused("\(server) gave no answer within \(limit) seconds (VISION_TIMEOUT).")
        } else if error == .remoteConnectionClosed {
            self = .lost(Self.closed(server))
        } else if error == .bodyLengthMismatch {
            self = .refused("The file changed while it was read.")
        } else {
            self = .unreachable(Self.away(server))
        }
    }

    private static func closed(_ server: ServerAddress) -> String {
        "\(server) closed the connection without an answer."
    }

    private static func away(_ server: ServerAddress) -> String {
        "\(server) cannot be reached. Is the server running? VISION_HOST or --server gives another address."
    }

    /// The sentence of a reply that is no answer.
    package var sentence: String {
        switch self {
        case .answered: ""
        case .busy(let sentence, _), .unreachable(let sentence), .lost(let sentence), .refused(let sentence),
            .unusable(let sentence):
            sentence
        }
    }
}
