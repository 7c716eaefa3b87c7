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
        let stream = AnswerStream(client, probe: format.probe)
        let life = WorkLife(
            Task {
                do {
                    try await cancelledOnDisconnect { try await work(stream) }
                    stream.end()
                } catch {
                    end(stream, for: error, format)
                }
            })
        try await withTaskCancellationHandler {
            try await stream.begun()
        } onCancel: {
            life.end()
        }
        let body = ResponseBody { writer in
            try await withTaskCancellationHandler {
                try await stream.deliver(to: &writer)
            } onCancel: {
                life.end()
            }
        }
        return Response(status: .ok, headers: format.headers, body: body)
    }

    private func end(_ stream: AnswerStream, for error: any Error, _ format: StreamFormat) {
        guard stream.isBegun, !(error is ClientDisconnect), let answers else { return stream.fail(error) }
        let answer = answers.answer(to: error, noting: notes)
        notes.note(lateStatus: answer.status)
        stream.write(format.failure(answer))
        stream.end()
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
