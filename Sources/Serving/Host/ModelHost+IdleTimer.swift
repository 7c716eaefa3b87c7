/// The idle timer: when a model that nobody uses leaves memory. `setTimer` of the host waits for it.
extension ModelHost.StateMachine {
    /// When the model goes, if nobody asks for it before; `nil` unless it rests and does not stay for ever.
    var idleDeadline: C.Instant? {
        guard case .idle(let since) = phase, queue.isEmpty, case .lasting(let time) = keepAlive else { return nil }
        return since.advanced(by: time)
    }

    /// How long it is until then.
    func unloadsIn(at now: C.Instant) -> Duration? {
        idleDeadline.map { max(.zero, now.duration(to: $0)) }
    }
}
