import Synchronization

/// One request and its answer, between the task that waits and the thread that libcurl works on.
final class Transfer: Sendable {
    private typealias Waiter = CheckedContinuation<Void, Never>

    let request: TransferRequest
    private let loop: TransferLoop
    private let state = Mutex(TransferState<Waiter>())

    init(_ request: TransferRequest, loop: TransferLoop) {
        self.request = request
        self.loop = loop
    }

    // The task's side.

    /// The answer's head.
    /// - Throws: `TransferError`, `CancellationError`.
    func head() async throws -> AnswerHead {
        while true {
            if let head = try state.withLock({ try $0.takeHead() }) { return head }
            await wait { $0.head == nil }
        }
    }

    /// Bytes of the body as they come; `nil` at the end.
    /// - Throws: `TransferError`, `CancellationError`.
    func part() async throws -> [UInt8]? {
        while true {
            if Task.isCancelled { abandon() }
            switch try state.withLock({ try $0.takePart() }) {
            case .bytes(let bytes, let resumes):
                if resumes { loop.post(.resume(self)) }
                return bytes
            case .end: return nil
            case .none: await wait { $0.isEmpty }
            }
        }
    }

    /// Ends it, if it has not ended: nobody waits for it any more.
    func abandon() {
        let (isNew, waiter) = state.withLock { state in (!state.hasEnded, state.abandon()) }
        if isNew { loop.post(.remove(self)) }
        waiter?.resume()
    }

    /// Waits until something happens; not at all where it has happened already.
    private func wait(_ isMissing: @Sendable (TransferState<Waiter>) -> Bool) async {
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let isOver = state.withLock { state in
                    guard !state.hasEnded, isMissing(state) else { return true }
                    state.wait(continuation)
                    return false
                }
                if isOver { continuation.resume() }
            }
        } onCancel: {
            abandon()
        }
    }

    // The thread's side.

    func begin(_ head: AnswerHead) {
        state.withLock { $0.begin(head) }?.resume()
    }

    func receive(_ bytes: [UInt8]) -> Delivery {
        let (delivery, waiter) = state.withLock { $0.receive(bytes) }
        waiter?.resume()
        return delivery
    }

    func end(_ outcome: Result<Void, any Error>) {
        state.withLock { $0.end(outcome) }?.resume()
    }
}
