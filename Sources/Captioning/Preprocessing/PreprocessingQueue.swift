package import Images
import Synchronization

/// Runs the work that comes before the model (JSON, base64, decoding, resizing) on threads of its own, as a
/// `DecodeSchedule` decides.
///
/// It takes up to seconds for a large image: on the cooperative pool it would hold up every other request.
package final class PreprocessingQueue: Sendable {
    package typealias Ticket = DecodeSchedule.Ticket

    private struct State {
        var schedule: DecodeSchedule
        var jobs: [Ticket: DecodeJob] = [:]
    }

    package let budget: DecodeBudget
    private let state: Mutex<State>
    private let lastTicket = Atomic<Ticket>(0)

    package init(budget: DecodeBudget = .init()) {
        self.budget = budget
        state = Mutex(State(schedule: DecodeSchedule(budget: budget)))
    }

    /// A request's place among those whose work waits; to be drawn in the order of arrival.
    package func drawTicket() -> Ticket {
        lastTicket.wrappingAdd(1, ordering: .relaxed).newValue
    }

    /// What is there now, by ticket.
    package var entries: [DecodeSchedule.Entry] { state.withLock { $0.schedule.entries } }

    /// Runs the next piece of a request's work when it is its turn. A caller whose task is cancelled gets away at once.
    ///
    /// - Parameters:
    ///   - bytes: Memory that the work will take.
    ///   - neverAsks: Whether the work may take long and cannot be paused.
    ///   - work: Has to let go of everything and end soon after its question has thrown; it may then be run anew.
    /// - Throws: `PreprocessingError.tooLarge`, `.noThread`, `CancellationError`, or what `work` throws.
    package func run<R: Sendable>(
        _ ticket: Ticket, bytes: Int = 0, neverAsks: Bool = false,
        _ work: @escaping @Sendable (@escaping DecodeWatch.Question) throws -> R
    ) async throws -> R {
        guard bytes <= budget.largest else {
            throw PreprocessingError.tooLarge(bytes: bytes, limit: budget.largest)
        }
        let reply = DecodeReply<R>()
        return try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                reply.wait(continuation)
                let job = DecodeJob(ticket: ticket, fastTime: budget.fastTime) { [self] in
                    handle(.slowed(ticket))
                } work: { question in
                    let result = Result { try work(question) }
                    return { reply.settle(result) }
                } refuse: {
                    reply.settle(.failure($0))
                }
                start(job, bytes, neverAsks) { reply.isAbandoned }
            }
        } onCancel: {
            reply.abandon()
            handle(.left(ticket))
        }
    }

    private func start(_ job: DecodeJob, _ bytes: Int, _ neverAsks: Bool, isAbandoned: () -> Bool) {
        guard !isAbandoned() else { return }
        state.withLock { $0.jobs[job.ticket] = job }
        handle(.arrived(job.ticket, bytes: bytes, neverAsks: neverAsks))
        // Who left in between was not there yet.
        if isAbandoned() { handle(.left(job.ticket)) }
    }

    private func handle(_ event: DecodeSchedule.Event) {
        for job in obey(event) { startThread(job) }
    }

    private func startThread(_ job: DecodeJob) {
        do {
            try DecodeThread.start { [self] in live(job) }
        } catch {
            handle(.ended(job.ticket))
            job.refuse(error)
        }
    }

    /// The life of a thread: one job after the other, as long as its own end lets another one begin.
    private func live(_ first: DecodeJob) {
        var next: DecodeJob? = first
        while let job = next {
            let delivery = job.run()
            var begun = obey(delivery == nil ? .returned(job.ticket) : .ended(job.ticket))[...]
            next = begun.popFirst()
            for job in begun { startThread(job) }
            // Only now, as the request's next piece of work has the same ticket.
            delivery?()
        }
    }

    /// Tells the jobs what has been decided; answers those that a thread has to begin.
    private func obey(_ event: DecodeSchedule.Event) -> [DecodeJob] {
        state.withLock { state in
            var begun: [DecodeJob] = []
            for action in state.schedule.handle(event) {
                switch action {
                case .begin(let ticket): if let job = state.jobs[ticket] { begun.append(job) }
                case .pause(let ticket): state.jobs[ticket]?.tell(.pause)
                case .resume(let ticket): state.jobs[ticket]?.tell(.go)
                case .putBack(let ticket): state.jobs[ticket]?.tell(.putBack)
                case .stop(let ticket): state.jobs[ticket]?.tell(.stop)
                case .drop(let ticket): state.jobs[ticket] = nil
                }
            }
            switch event {
            case .ended(let ticket), .returned(let ticket):
                if !state.schedule.contains(ticket) { state.jobs[ticket] = nil }
            case .arrived, .slowed, .left: break
            }
            return begun
        }
    }
}
