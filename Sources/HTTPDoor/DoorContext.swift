package import Hummingbird

/// What goes with a request on its way through the router.
package struct DoorContext: RequestContext {
    package var coreContext: CoreRequestContextStorage
    /// For the log; all copies of the context share them.
    package let notes = RequestNotes()
    let client = ConnectedClient.current
    /// What errors are answered with, for answers that have begun; `nil` in front of the router.
    var answers: ErrorAnswers?
    /// The client's address, or that of a proxy in front.
    var clientAddress: String? { client?.address }

    package init(source: Source) {
        coreContext = CoreRequestContextStorage(source: source)
    }

    /// Runs `work`, which is cancelled when the client disconnects.
    ///
    /// - Throws: `ClientDisconnect` in that case, or what `work` throws.
    package func cancelledOnDisconnect<R: Sendable>(
        _ work: @escaping @Sendable () async throws -> R
    ) async throws -> R {
        guard let client else { return try await work() }
        let (disconnects, announce) = AsyncStream.makeStream(of: Never.self)
        let observer = client.onDisconnect { announce.finish() }
        defer { client.forget(observer) }
        return try await withThrowingTaskGroup(of: R?.self) { group in
            group.addTask { try await work() }
            group.addTask {
                for await _ in disconnects {}
                return nil
            }
            defer { group.cancelAll() }
            guard let result = try await group.next(), let result else {
                throw ClientDisconnect(reason: CancellationError())
            }
            return result
        }
    }
}

/// The client left, or sent no HTTP, in the middle of its request: there is nobody to answer.
struct ClientDisconnect: Error {
    /// What the framework wants to see again to close the connection.
    let reason: any Error
}
