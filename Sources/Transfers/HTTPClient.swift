/// Sends requests by the system's libcurl. Those of one client share connections, and one thread.
package final class HTTPClient: Sendable {
    private let loop = TransferLoop()

    package init() {}

    deinit {
        loop.close()
    }

    /// Ends every transfer and closes all connections; nothing can be sent afterwards.
    package func shutdown() async {
        loop.close()
        await loop.ended()
    }

    /// Sends a request and waits for the head of its answer. Redirects are given back like any answer. Where a server has
    /// closed a connection that was kept, the request is sent once more over another: none here does harm twice.
    /// - Throws: `TransferError`, `CancellationError`.
    package func send(_ request: TransferRequest) async throws -> HTTPAnswer {
        do {
            return try await sendOnce(request)
        } catch TransferError.keptClosed {
            var request = request
            request.isFresh = true
            return try await sendOnce(request)
        }
    }

    private func sendOnce(_ request: TransferRequest) async throws -> HTTPAnswer {
        let transfer = Transfer(request, loop: loop)
        loop.post(.start(transfer))
        let answer = HTTPAnswer.Body(transfer: transfer)
        return HTTPAnswer(head: try await transfer.head(), body: answer)
    }
}

/// An answer, whose body is still under way.
package struct HTTPAnswer: Sendable {
    package let head: AnswerHead
    package let body: Body

    package var status: Int { head.status }
    package var headers: Headers { head.headers }

    /// The body's bytes as they come, once. When the last copy goes the transfer ends.
    package struct Body: AsyncSequence, Sendable {
        private let reader: Reader

        init(transfer: Transfer) {
            reader = Reader(transfer: transfer)
        }

        package func makeAsyncIterator() -> Iterator { Iterator(reader: reader) }

        package struct Iterator: AsyncIteratorProtocol {
            fileprivate let reader: Reader

            package mutating func next() async throws -> [UInt8]? { try await reader.transfer.part() }
        }

        /// All of it.
        /// - Throws: `TransferError.tooLong` where it has more bytes than `limit`.
        package func collect(upTo limit: Int) async throws -> [UInt8] {
            var bytes: [UInt8] = []
            for try await part in self {
                guard part.count <= limit - bytes.count else { throw TransferError.tooLong }
                bytes += part
            }
            return bytes
        }
    }

    fileprivate final class Reader: Sendable {
        let transfer: Transfer

        init(transfer: Transfer) {
            self.transfer = transfer
        }

        deinit {
            transfer.abandon()
        }
    }
}
