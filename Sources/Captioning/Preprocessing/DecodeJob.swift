import Foundation
import Images

/// A piece of work on its way through a `PreprocessingQueue`: what its thread does, and what the thread is told meanwhile.
///
/// `@unchecked`: everything that changes is touched with the condition locked, or by the job's one thread only.
final class DecodeJob: @unchecked Sendable {
    /// What the thread is to do when it next asks.
    enum Order: Sendable { case go, pause, putBack, stop }

    /// Hands the result of the work to whoever waits for it.
    typealias Delivery = @Sendable () -> Void

    let ticket: DecodeSchedule.Ticket
    private let fastTime: Duration
    private let slowed: @Sendable () -> Void
    private let work: @Sendable (@escaping DecodeWatch.Question) -> Delivery
    /// Says to whoever waits why the work was never begun.
    let refuse: @Sendable (any Error) -> Void
    private let condition = NSCondition()
    private var order = Order.go
    private var isSlow = false

    /// - Parameters:
    ///   - fastTime: The processor time after which the work is slow.
    ///   - slowed: Called then, on the job's thread; whoever hears it gives the thread its order.
    ///   - work: Is called a second time where it was put back; ends soon after its question has thrown.
    init(
        ticket: DecodeSchedule.Ticket, fastTime: Duration, slowed: @escaping @Sendable () -> Void,
        work: @escaping @Sendable (@escaping DecodeWatch.Question) -> Delivery,
        refuse: @escaping @Sendable (any Error) -> Void
    ) {
        self.ticket = ticket
        self.fastTime = fastTime
        self.slowed = slowed
        self.work = work
        self.refuse = refuse
    }

    /// Who has to stop is not sent on its way any more.
    func tell(_ order: Order) {
        condition.withLock {
            guard self.order != .stop else { return }
            self.order = order
            condition.signal()
        }
    }

    /// Does the work on this thread; `nil` when it was put back, and has to be run anew.
    func run() -> Delivery? {
        // Nobody waits for one who left before it was begun.
        if condition.withLock({ order == .stop }) { return {} }
        let delivery = work { used throws(ImageError) in try self.answer(used) }
        return condition.withLock {
            guard order == .putBack else { return delivery }
            order = .go
            return nil
        }
    }

    /// What the work asks between two parts of it; returns when it may go on.
    private func answer(_ used: Duration) throws(ImageError) {
        if !isSlow, used >= fastTime {
            isSlow = true
            slowed()
        }
        let isWanted = condition.withLock {
            while order == .pause { condition.wait() }
            return order == .go
        }
        if !isWanted { throw .abandoned }
    }
}
