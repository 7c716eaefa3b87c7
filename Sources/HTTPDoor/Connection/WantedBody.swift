import Hummingbird

/// A request's body that tells the connection as soon as somebody begins to read it.
struct WantedBody: AsyncSequence, Sendable {
    let body: RequestBody
    let client: Client

    struct AsyncIterator: AsyncIteratorProtocol {
        var iterator: RequestBody.AsyncIterator
        var client: Client?

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
