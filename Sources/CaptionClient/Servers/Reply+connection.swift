import Transfers

extension Reply {
    /// What a connection that failed means.
    init(connectionError error: any Error, server: ServerAddress, timeout: Duration?) {
        switch error {
        case let error as ClientError: self = .refused(error.description)
        case let error as TransferError: self.init(error, server: server, timeout: timeout)
        default: self = .unreachable(Self.away(server))
        }
    }

    private init(_ error: TransferError, server: ServerAddress, timeout: Duration?) {
        switch error {
        case .timeout, .idle:
            let limit = timeout.map { "\($0 / .seconds(1))" } ?? "the allowed number of"
            self = .refused("\(server) gave no answer within \(limit) seconds (VISION_TIMEOUT).")
        case .closed, .keptClosed: self = .lost("\(server) closed the connection without an answer.")
        case .body: self = .refused("The file changed while it was read.")
        case .tooLong:
            self = .unusable("\(server) answered with more than a vision server says. Is the address right?")
        case .proxy(status: 407):
            self = .unusable(
                "The proxy on the way to \(server) wants a name and a password, or others: "
                    + "http://name:password@host:port in the variable that names it.")
        case .certificate:
            self = .unusable(
                "The certificate of \(server) is not accepted. SSL_CERT_FILE names a file with one that vouches for it."
            )
        case .authorities:
            self = .unusable(
                "The certificates that SSL_CERT_FILE, or a variable like it, points to cannot be read. Mend or unset it."
            )
        default: self = .unreachable(Self.away(server))
        }
    }

    private static func away(_ server: ServerAddress) -> String {
        "\(server) cannot be reached. Is the server running? VISION_HOST or --server gives another address."
    }

    /// The sentence of a reply that is no answer.
    package var sentence: String {
        switch self {
        case .answered: ""
        case .busy(let sentence, _), .noModel(let sentence, _), .unreachable(let sentence), .lost(let sentence),
            .refused(let sentence), .unusable(let sentence), .misasked(let sentence):
            sentence
        }
    }
}
