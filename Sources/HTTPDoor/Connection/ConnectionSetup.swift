import Hummingbird
import HummingbirdCore
import Logging
package import NIOCore
import NIOHTTP1
import NIOHTTPTypes
import NIOHTTPTypesHTTP1

extension HTTPServerBuilder {
    /// HTTP/1 whose connections are led by `ConnectionState`.
    ///
    /// - Parameter onRefusal: Called for each answer to what no route has ever seen.
    static func http1(
        _ configuration: DoorConfiguration, _ connections: Connections, errorFormat: ErrorFormat,
        onRefusal: @escaping @Sendable (DoorError) -> Void
    ) -> HTTPServerBuilder {
        return HTTPServerBuilder { responder in
            ConnectionSetup(
                responder, silence: configuration.connectionTimeouts.silence,
                addHandlers: { operations, client in
                    try operations.addConnectionHandlers(
                        client, connections, configuration.connectionTimeouts, errorFormat, onRefusal: onRefusal)
                })
        }
    }
}

/// Sets up a connection: gate, parser, handler, and the framework's loop over requests.
struct ConnectionSetup: HTTPChannelHandler {
    /// A connection as the framework's loop sees it.
    struct Value: ServerChildChannelValue {
        let requests: NIOAsyncChannel<HTTPRequestPart, HTTPResponsePart>
        let client: ConnectedClient

        var channel: any Channel { requests.channel }
    }

    let responder: HTTPChannelHandler.Responder
    private let silence: Duration?
    private let addHandlers: @Sendable (ChannelPipeline.SynchronousOperations, ConnectedClient) throws -> Void

    init(
        _ responder: @escaping HTTPChannelHandler.Responder, silence: Duration?,
        addHandlers: @escaping @Sendable (ChannelPipeline.SynchronousOperations, ConnectedClient) throws -> Void
    ) {
        self.responder = { request, writer, channel in
            var request = request
            if let client = ConnectedClient.current {
                request.body = RequestBody(asyncSequence: WantedBody(body: request.body, client: client))
            }
            try await responder(request, writer, channel)
        }
        self.silence = silence
        self.addHandlers = addHandlers
    }

    func setup(channel: any Channel, logger: Logger) -> EventLoopFuture<Value> {
        channel.eventLoop.makeCompletedFuture {
            let client = ConnectedClient(address: channel.remoteAddress?.ipAddress, silence: silence)
            try addHandlers(channel.pipeline.syncOperations, client)
            try channel.pipeline.syncOperations.addHandler(HTTP1ToHTTPServerCodec(secure: false))
            let requests = try NIOAsyncChannel<HTTPRequestPart, HTTPResponsePart>(
                wrappingChannelSynchronously: channel, configuration: .init(isOutboundHalfClosureEnabled: true))
            return Value(requests: requests, client: client)
        }
    }

    func handle(value: Value, logger: Logger) async {
        await ConnectedClient.$current.withValue(value.client) {
            await handleHTTP(asyncChannel: value.requests, logger: logger)
        }
    }
}

extension ChannelPipeline.SynchronousOperations {
    /// Gate, parser and handler of a connection.
    ///
    /// - Parameter errorFormat: The shape of answers to what no route ever sees.
    package func addConnectionHandlers(
        _ client: ConnectedClient, _ connections: Connections, _ timeouts: ConnectionTimeouts,
        _ errorFormat: ErrorFormat, onRefusal: @escaping @Sendable (DoorError) -> Void = { _ in }
    ) throws {
        let handler = ConnectionHandler(
            client: client, connections: connections, timeouts: timeouts, errorFormat: errorFormat,
            onRefusal: onRefusal)
        var sizes = NIOHTTPDecoderLimitConfiguration()
        sizes.maxHeaderFieldCount = 1000
        try addHandler(ConnectionGate(handler))
        try configureHTTPServerPipeline(
            withPipeliningAssistance: false, withErrorHandling: false, withOutboundHeaderValidation: false,
            withEncoderConfiguration: .init(), withDecoderLimitConfiguration: sizes)
        try addHandler(handler)
    }
}

/// A request's body that tells the connection as soon as somebody begins to read it.
private struct WantedBody: AsyncSequence, Sendable {
    let body: RequestBody
    let client: ConnectedClient

    struct AsyncIterator: AsyncIteratorProtocol {
        var iterator: RequestBody.AsyncIterator
        var client: ConnectedClient?

        mutating func next() async throws -> ByteBuffer? {
            client?.tell(.bodyWanted)
            client = nil
            return try await iterator.next()
        }
    }

    func makeAsyncIterator() -> AsyncIterator {
        AsyncIterator(iterator: body.makeAsyncIterator(), client: client)
    }
}
