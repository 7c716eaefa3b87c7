import Hummingbird
package import NIOCore
import Synchronization

/// An answer that comes into being piece by piece.
///
/// Whoever writes never waits for the reader: pieces are kept until the client's system takes them. A reader that leaves
/// more than `maxUnread` bytes lying when the next piece comes is cut off.
package final class AnswerStream: Sendable {
    /// Bytes that may wait for the reader.
    package static let maxUnread = 1 << 20
    /// What is handed to the connection at once, so that a slow reader's progress is seen.
    private static let sliceSize = 16 << 10

    private struct State {
        var format: StreamFormat?
        var isBegun = false
        var isEnded = false
        var unread = 0
        var lastPiece = ContinuousClock.now
        /// An answer that came whole instead.
        var whole: Response?
    }

    private let client: ConnectedClient?
    private let state = Mutex(State())
    private let (pieces, sink) = AsyncThrowingStream.makeStream(of: ByteBuffer.self)
    private let (start, announceStart) = AsyncThrowingStream.makeStream(of: Never.self)
    private let (delivery, announceDelivery) = AsyncStream.makeStream(of: Never.self)

    init(_ client: ConnectedClient?) {
        self.client = client
        client?.onProbe { [weak self] in self?.writeProbe() }
        client?.onSent { [weak self] count in self?.noteSent(count) }
    }

    // MARK: For whoever makes the answer

    /// Says how the answer is written; to be called before the first piece.
    package func use(_ format: StreamFormat) {
        state.withLock { state in
            if !state.isBegun { state.format = format }
        }
    }

    /// Adds a piece, whole; the first one begins the answer, with its status and headers. Returns at once.
    package func write(_ piece: ByteBuffer) {
        let isTooMuch = state.withLock { state -> Bool? in
            guard !state.isEnded, piece.readableBytes > 0 else { return nil }
            // What lay there before counts: a large piece by itself says nothing of the reader.
            let isTooMuch = state.unread > Self.maxUnread
            state.unread += piece.readableBytes
            state.isBegun = true
            state.lastPiece = .now
            return isTooMuch
        }
        guard let isTooMuch else { return }
        if isTooMuch { return cutOff() }
        sink.yield(piece)
        announceStart.finish()
    }

    package func write(_ piece: String) {
        write(ByteBuffer(string: piece))
    }

    /// Says that the last piece was written: from here on the reader has `ConnectionTimeouts.writing` for all that is left.
    ///
    /// Returning from the work says so, too. Who holds something for as long as the answer is on its way calls this, and
    /// waits for `delivered()`.
    package func end() {
        let isFirst = state.withLock { state in
            defer { state.isEnded = true }
            return !state.isEnded
        }
        guard isFirst else { return }
        // Before the connection can see the end itself.
        client?.tell(.answerProduced)
        sink.finish()
        announceStart.finish()
    }

    /// Waits until the connection has taken all of the answer, or is gone.
    package func delivered() async {
        for await _ in delivery {}
    }

    // MARK: For the door

    /// Waits for the first piece.
    ///
    /// - Throws: What the work has thrown before there was one.
    func begun() async throws {
        for try await _ in start {}
        try Task.checkCancellation()
    }

    /// How it is written, once it has begun.
    var begunFormat: StreamFormat? { state.withLock { $0.isBegun ? $0.format : nil } }

    var format: StreamFormat? { state.withLock { $0.format } }

    /// The answer, where it came whole.
    var whole: Response? { state.withLock { $0.whole } }

    /// Ends the work with an answer that came whole; what has begun already goes on as it is.
    func end(with whole: Response?) {
        state.withLock { state in
            if !state.isBegun { state.whole = whole }
        }
        end()
    }

    /// Writes what means nothing whenever nothing else was written for so long, until the answer ends.
    func breakSilences() async {
        while !Task.isCancelled, let format = unlessEnded, format.probe.readableBytes > 0 {
            let silence = client?.silence ?? format.silence
            let due = state.withLock { $0.lastPiece } + silence
            try? await Task.sleep(until: due, clock: .continuous)
            if state.withLock({ $0.lastPiece }) + silence <= .now { writeProbe() }
        }
    }

    private var unlessEnded: StreamFormat? { state.withLock { $0.isEnded ? nil : $0.format } }

    private func writeProbe() {
        if let probe = format?.probe { write(probe) }
    }

    /// Ends the answer in the middle.
    func fail(_ error: any Error) {
        state.withLock { $0.isEnded = true }
        sink.finish(throwing: error)
        announceStart.finish(throwing: error)
    }

    /// Hands the pieces to the connection, as fast as that takes them.
    func deliver(to writer: inout any ResponseBodyWriter) async throws {
        defer {
            client?.onProbe(nil)
            client?.onSent(nil)
            announceDelivery.finish()
        }
        for try await piece in pieces {
            var rest = piece
            while let slice = rest.readSlice(length: min(Self.sliceSize, rest.readableBytes)), slice.readableBytes > 0 {
                try await writer.write(slice)
                // What a connection was handed has not left yet. Without one nobody tells when it does.
                if client == nil { noteSent(slice.readableBytes) }
            }
            if let gap = format?.gap, gap > .zero { try await Task.sleep(for: gap) }
        }
        // Whoever is cancelled sees an end where there is none.
        try Task.checkCancellation()
        try await writer.finish(nil)
    }

    private func noteSent(_ count: Int) {
        state.withLock { $0.unread -= count }
    }

    private func cutOff() {
        fail(ClientDisconnect(reason: CancellationError()))
        client?.tell(.applicationEnded)
    }
}
