extension ModelHost {
    /// A place in the line for the model: taken when a request arrives, kept while it is prepared.
    public struct Place: Sendable {
        let host: ModelHost
        let ticket: Ticket

        /// Lower for a request that came earlier.
        public var order: UInt64 { ticket }

        /// Runs `body` with the model, on the model's thread, when it is this place's turn.
        ///
        /// A caller whose task is cancelled loses the place; once `body` runs, its second argument tells.
        /// - Parameters:
        ///   - bytes: Memory that the request holds while it waits.
        ///   - keepAlive: How long the model stays after this use; `nil`: as long as usual.
        /// - Throws: `ModelHostError`, `CancellationError`, or what `body` throws.
        public func withModel<R: Sendable>(
            bytes: Int = 0, keepAlive: KeepAlive? = nil,
            _ body: @escaping @Sendable (_ model: Model, _ isCancelled: () -> Bool) throws -> R
        ) async throws -> R {
            let cancellation = Cancellation()
            return try await withTaskCancellationHandler {
                try await host.waitForTurn(ticket, bytes: bytes)
                let result = await host.thread.run { [slot = host.slot] in
                    Result { try slot.use(body, cancellation) }
                }
                await host.handle(.returned(ticket, keepAlive))
                return try result.get()
            } onCancel: {
                cancellation.set()
                Task { await host.handle(.left(ticket)) }
            }
        }

        /// Runs `body` with a model that others may use at the same time, when it is this place's turn; otherwise as
        /// `withModel`. `body` has to end soon once its second argument answers true.
        public func withSharedModel<R: Sendable>(
            bytes: Int = 0, keepAlive: KeepAlive? = nil,
            _ body:
                @escaping @Sendable (_ model: Model, _ isCancelled: @escaping @Sendable () -> Bool) async throws -> R
        ) async throws -> R {
            let cancellation = Cancellation()
            return try await withTaskCancellationHandler {
                try await host.waitForTurn(ticket, bytes: bytes)
                let result = await host.slot.share(body, cancellation)
                await host.handle(.returned(ticket, keepAlive))
                return try result.get()
            } onCancel: {
                cancellation.set()
                Task { await host.handle(.left(ticket)) }
            }
        }
    }

    /// Takes a place in the line, before the work of preparing the request is begun, and gives it back at the end.
    ///
    /// Those behind wait for one that is still being prepared: the order of arrival is kept.
    /// - Parameter bytes: Memory that the request holds.
    /// - Throws: `ModelHostError.overloaded` and `.stopping` at once, or what `body` throws.
    public nonisolated func withPlace<R: Sendable>(
        bytes: Int = 0, _ body: (Place) async throws -> R
    ) async throws -> R {
        let ticket = try await takePlace(bytes: bytes)
        do {
            let result = try await body(Place(host: self, ticket: ticket))
            await leave(ticket, .success(()))
            return result
        } catch {
            await leave(ticket, .failure(error))
            throw error
        }
    }

    /// Runs `body` with the model when it is this caller's turn; `withPlace` for a request that needs no preparing.
    public nonisolated func withModel<R: Sendable>(
        keepAlive: KeepAlive? = nil,
        _ body: @escaping @Sendable (_ model: Model, _ isCancelled: () -> Bool) throws -> R
    ) async throws -> R {
        try await withPlace { try await $0.withModel(keepAlive: keepAlive, body) }
    }

    private func leave(_ ticket: Ticket, _ outcome: Result<Void, any Error>) {
        handle(.left(ticket))
        count(outcome)
    }
}
