extension ModelHost {
    /// The number of a request for the model; a lower one came earlier.
    package typealias Ticket = UInt64

    /// Who has the model, who waits for it, and when it goes: a value that turns each event into what to do next.
    package struct StateMachine: Sendable {
        package enum Phase: Equatable, Sendable {
            case unloaded
            case loading
            case idle(since: C.Instant)
            case lent(Ticket)
            case unloading
        }

        package enum Event: Sendable {
            /// A request asks for the model.
            case arrived(Ticket)
            /// A request does not want its answer any more.
            case left(Ticket)
            /// The one who had the model gives it back.
            case returned
            case loaded
            case loadFailed
            case unloaded
            case timerFired
            /// New work is refused from here on; what was accepted is finished.
            case stop
            /// Nobody loads or unloads any more: all who wait are sent away.
            case ended
        }

        package enum Action: Equatable, Sendable {
            case none
            case load
            case unload
            case lend(Ticket)
            /// The ticket has left the queue by its own wish.
            case drop(Ticket)
            case refuse([Ticket])
            /// Send `timerFired` at this moment.
            case wake(at: C.Instant)
        }

        package private(set) var phase = Phase.unloaded
        package private(set) var waiting: [Ticket] = []
        package private(set) var isStopping = false
        private var isTimerSet = false
        private let idleTimeout: Duration?

        package init(idleTimeout: Duration?) {
            self.idleTimeout = idleTimeout
        }

        /// Whether everything that was accepted is done and the model is gone.
        package var isStopped: Bool {
            isStopping && phase == .unloaded && waiting.isEmpty
        }

        package mutating func handle(_ event: Event, at now: C.Instant) -> Action {
            switch event {
            case .arrived(let ticket): arrived(ticket)
            case .left(let ticket): left(ticket)
            case .returned, .loaded: lendOrRest(now)
            case .loadFailed: loadFailed()
            case .unloaded: unloaded()
            case .timerFired: timerFired(now)
            case .stop: stop()
            case .ended: end()
            }
        }

        private mutating func arrived(_ ticket: Ticket) -> Action {
            guard !isStopping else { return .refuse([ticket]) }
            switch phase {
            case .idle:
                phase = .lent(ticket)
                return .lend(ticket)
            case .unloaded:
                waiting.append(ticket)
                phase = .loading
                return .load
            case .loading, .lent, .unloading:
                waiting.append(ticket)
                return .none
            }
        }

        private mutating func left(_ ticket: Ticket) -> Action {
            guard let place = waiting.firstIndex(of: ticket) else { return .none }
            waiting.remove(at: place)
            return .drop(ticket)
        }

        /// The model is there and nobody has it.
        private mutating func lendOrRest(_ now: C.Instant) -> Action {
            if !waiting.isEmpty {
                let ticket = waiting.removeFirst()
                phase = .lent(ticket)
                return .lend(ticket)
            }
            if isStopping || idleTimeout == .zero {
                phase = .unloading
                return .unload
            }
            phase = .idle(since: now)
            return setTimer(since: now)
        }

        private mutating func loadFailed() -> Action {
            phase = .unloaded
            defer { waiting = [] }
            return .refuse(waiting)
        }

        private mutating func unloaded() -> Action {
            guard waiting.isEmpty else {
                phase = .loading
                return .load
            }
            phase = .unloaded
            return .none
        }

        private mutating func timerFired(_ now: C.Instant) -> Action {
            isTimerSet = false
            guard case .idle(let since) = phase, let idleTimeout else { return .none }
            guard now >= since.advanced(by: idleTimeout) else { return setTimer(since: since) }
            phase = .unloading
            return .unload
        }

        /// At most one timer runs: one that fires too early, because the model was used meanwhile, is set again.
        private mutating func setTimer(since: C.Instant) -> Action {
            guard let idleTimeout, !isTimerSet else { return .none }
            isTimerSet = true
            return .wake(at: since.advanced(by: idleTimeout))
        }

        private mutating func stop() -> Action {
            isStopping = true
            guard case .idle = phase else { return .none }
            phase = .unloading
            return .unload
        }

        private mutating func end() -> Action {
            isStopping = true
            defer { waiting = [] }
            return .refuse(waiting)
        }
    }
}
