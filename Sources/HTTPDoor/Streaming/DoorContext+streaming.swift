package import Hummingbird

extension DoorContext {
    /// Answers piece by piece, while `work` writes.
    ///
    /// The answer begins with the first piece. What `work` throws before that is answered like any other error; later it
    /// becomes the last piece. `work` runs on after this returns, until all is written: what it holds, such as a place in
    /// a queue, lives as long as the answer. It is cancelled when the client disconnects.
    ///
    /// ```
    /// try await context.streaming(.lines) { stream in
    ///     try await queue.withQueueSlot { place in
    ///         for try await event in place.events { stream.write(line(event)) }
    ///         stream.end()
    ///         await stream.delivered()
    ///     }
    /// }
    /// ```
    /// - Throws: What `work` throws before its first piece, or `ClientDisconnect`.
    package func streaming(
        _ format: StreamFormat, _ work: @escaping @Sendable (AnswerStream) async throws -> Void
    ) async throws -> Response {
        try await answering { stream in
            stream.use(format)
            try await work(stream)
            return nil
        }
    }

    /// Answers whole or piece by piece, as `work` decides on its way.
    ///
    /// It returns the whole answer, or `nil` after it has written pieces in the format that it has told the stream to use.
    /// All else is as in `streaming`.
    package func answering(
        _ work: @escaping @Sendable (AnswerStream) async throws -> Response?
    ) async throws -> Response {
        let stream = AnswerStream(client)
        let life = WorkLife(
            Task {
                do {
                    stream.end(with: try await cancelledOnDisconnect { try await work(stream) })
                } catch {
                    end(stream, for: error)
                }
            })
        try await withTaskCancellationHandler {
            try await stream.begun()
        } onCancel: {
            life.end()
        }
        if let whole = stream.whole { return whole }
        let body = ResponseBody { writer in
            let pulse = Task { await stream.breakSilences() }
            defer { pulse.cancel() }
            try await withTaskCancellationHandler {
                try await stream.deliver(to: &writer)
            } onCancel: {
                life.end()
            }
        }
        return Response(status: .ok, headers: stream.format?.headers ?? [:], body: body)
    }

    private func end(_ stream: AnswerStream, for error: any Error) {
        guard let format = stream.begunFormat, !(error is ClientDisconnect), let answers else {
            return stream.fail(error)
        }
        let answer = answers.answer(to: error, noting: notes)
        notes.note(lateStatus: answer.status)
        stream.write(format.failure(answer))
        if format.endsTidily { stream.end() } else { stream.fail(error) }
    }
}

/// Ends the work for an answer with the answer itself, if that is never written.
private final class WorkLife: Sendable {
    private let task: Task<Void, Never>

    init(_ task: Task<Void, Never>) {
        self.task = task
    }

    deinit { end() }

    func end() { task.cancel() }
}
