extension ModelHost {
    /// The number of a request for the model; a lower one came earlier.
    package typealias Ticket = UInt64

    /// Who has the model, who waits for it, and when it goes: a value that turns each event into what to do next.
    package struct StateMachine: Sendable {
        package enum Phase: Equatable, Sendable {
            case unloaded
            case loading
            case idle(since: C.Instant)
            case inUse(Set<Ticket>)
            case unloading
        }

        package enum Event: Sendable {
            /// A request takes a place in the queue; it holds so many bytes.
            case arrived(Ticket, bytes: Int)
            /// The request is prepared and wants the model when it is its turn.
            case ready(Ticket, bytes: Int)
            /// A request does not want its answer any more.
            case left(Ticket)
            /// One who has the model will want it again, and waits for that behind the others; it holds so many bytes.
            case goesOn(Ticket, bytes: Int)
            /// One who had the model gives it back; the model then stays that long, or as long as usual.
            case released(Ticket, KeepAlive?)
            case loaded
            case loadFailed
            case unloaded
            case timerFired
            /// The model shall go when nobody needs it any more.
            case unloadRequested
            /// It shall not, after all.
            case unloadWithdrawn
            /// New work is refused from here on; what was accepted is finished.
            case stop
            /// Nobody loads or unloads any more: all who wait are sent away.
            case ended
        }

        package enum Refusal: Equatable, Sendable { case overloaded, stopping, loadFailed, waitedTooLong }

        package enum Action: Equatable, Sendable {
            case load
            case unload
            case admit(Ticket)
            /// The ticket has left the queue by its own wish.
            case drop(Ticket)
            case refuse([Ticket], Refusal)
        }

        package private(set) var phase = Phase.unloaded
        package private(set) var queue = RequestQueue()
        package private(set) var isStopping = false
        /// When the last try to load went wrong; `nil` once somebody has tried again.
        package private(set) var failedAt: C.Instant?
        private let limits: ModelHostLimits
        private(set) var keepAlive: KeepAlive
        private var shallUnload = false
        private var hasEnded = false
        private var loadedTime: LoadedTime
        private var pace: ServicePace<C.Instant>

        package init(limits: ModelHostLimits, at now: C.Instant) {
            self.limits = limits
            keepAlive = limits.keepAlive
            loadedTime = LoadedTime(lastChange: now)
            pace = ServicePace(at: now)
        }

        /// Whether everything that was accepted is done and the model is gone.
        package var isStopped: Bool { isStopping && phase == .unloaded && queue.isEmpty }

        /// Whether the last try to load went wrong a short while ago and nobody has tried again.
        ///
        /// It passes with time: behind a load balancer that asks who is ready, nobody would ever try again.
        package func hasFailed(at now: C.Instant) -> Bool {
            failedAt.map { $0.duration(to: now) < .seconds(30) } ?? false
        }

        /// Whole seconds, 1 to 60, until those who are served and those who wait may be done.
        package var secondsToWait: Int { pace.secondsToWait(behind: queue.count + holders.count) }

        /// Whether a request of no size would be refused.
        package var isFull: Bool { queue.isFull(for: 0, limits) }

        /// When `timerFired` is wanted next; `nil` while nothing depends on time.
        package func deadline(at now: C.Instant) -> C.Instant? {
            if let idleDeadline { return idleDeadline }
            guard loadedTime.isRunning, let giveUpAfter = queue.firstGiveUp else { return nil }
            return now.advanced(by: max(.zero, giveUpAfter - loadedTime.total(at: now)))
        }

        package mutating func handle(_ event: Event, at now: C.Instant) -> [Action] {
            switch event {
            case .arrived(let ticket, let bytes): arrived(ticket, bytes, now)
            case .ready(let ticket, let bytes): ready(ticket, bytes, now)
            case .left(let ticket): left(ticket, now)
            case .goesOn(let ticket, let bytes): goesOn(ticket, bytes, now)
            case .released(let ticket, let keepAlive): released(ticket, keepAlive, now)
            case .loaded: loaded(now)
            case .loadFailed: loadFailed(now)
            case .unloaded: unloaded()
            case .timerFired: timerFired(now)
            case .unloadRequested: unloadRequested(now)
            case .unloadWithdrawn: unloadWithdrawn()
            case .stop: stop(now)
            case .ended: end()
            }
        }

        private mutating func arrived(_ ticket: Ticket, _ bytes: Int, _ now: C.Instant) -> [Action] {
            guard !isStopping else { return [.refuse([ticket], .stopping)] }
            guard !queue.isFull(for: bytes, limits) else { return [.refuse([ticket], .overloaded)] }
            append(ticket, bytes, now)
            return []
        }

        private mutating func append(_ ticket: Ticket, _ bytes: Int, _ now: C.Instant) {
            let giveUpAfter = limits.maxWait.map { loadedTime.total(at: now) + $0 }
            queue.append(.init(ticket: ticket, bytes: bytes, giveUpAfter: giveUpAfter))
        }

        /// It was accepted as a whole, so there is room for it; where all are sent away it finds no place.
        private mutating func goesOn(_ ticket: Ticket, _ bytes: Int, _ now: C.Instant) -> [Action] {
            if !hasEnded, holders.contains(ticket) { append(ticket, bytes, now) }
            return []
        }

        private mutating func ready(_ ticket: Ticket, _ bytes: Int, _ now: C.Instant) -> [Action] {
            guard queue.setReady(ticket, bytes: bytes) else { return [.refuse([ticket], .stopping)] }
            switch phase {
            case .idle, .inUse: return admitOrRest(now)
            case .unloaded: return load()
            case .loading, .unloading: return []
            }
        }

        private mutating func left(_ ticket: Ticket, _ now: C.Instant) -> [Action] {
            guard let entry = queue.remove(ticket) else { return [] }
            let dropped: [Action] = entry.isReady ? [.drop(ticket)] : []
            // One that was still being prepared may have been the last who kept the model.
            switch phase {
            case .idle, .inUse: return dropped + admitOrRest(now)
            case .unloaded, .loading, .unloading: return dropped
            }
        }

        private mutating func load() -> [Action] {
            phase = .loading
            failedAt = nil
            keepAlive = limits.keepAlive
            shallUnload = false
            return [.load]
        }

        private mutating func loaded(_ now: C.Instant) -> [Action] {
            loadedTime.start(at: now)
            return admitOrRest(now)
        }

        private mutating func released(_ ticket: Ticket, _ wish: KeepAlive?, _ now: C.Instant) -> [Action] {
            keepAlive = wish ?? limits.keepAlive
            pace.ended(at: now)
            phase = .inUse(holders.subtracting([ticket]))
            return admitOrRest(now)
        }

        /// Who has the model.
        package var holders: Set<Ticket> { if case .inUse(let tickets) = phase { tickets } else { [] } }

        /// The model is there, and there may be room for one more.
        private mutating func admitOrRest(_ now: C.Instant) -> [Action] {
            var holders = holders
            var lent: [Action] = []
            while holders.count < limits.maxConcurrent, let ticket = queue.popFirstReady() {
                holders.insert(ticket)
                pace.began(at: now)
                lent.append(.admit(ticket))
            }
            guard holders.isEmpty else {
                phase = .inUse(holders)
                return lent
            }
            if queue.isEmpty, isStopping || shallUnload || keepAlive == .lasting(.zero) { return unload(now) }
            if case .idle = phase { return [] }
            phase = .idle(since: now)
            return []
        }

        private mutating func unload(_ now: C.Instant) -> [Action] {
            phase = .unloading
            loadedTime.stop(at: now)
            return [.unload]
        }

        private mutating func loadFailed(_ now: C.Instant) -> [Action] {
            phase = .unloaded
            failedAt = now
            return [.refuse(queue.removeReady(), .loadFailed)]
        }

        private mutating func unloaded() -> [Action] {
            phase = .unloaded
            return queue.hasReady ? load() : []
        }

        private mutating func timerFired(_ now: C.Instant) -> [Action] {
            let total = loadedTime.total(at: now)
            let late = queue.removeReady { ($0.giveUpAfter ?? total + .seconds(1)) <= total }
            let refusals: [Action] = late.isEmpty ? [] : [.refuse(late, .waitedTooLong)]
            guard let idleDeadline, now >= idleDeadline else { return refusals }
            return refusals + unload(now)
        }

        private mutating func unloadRequested(_ now: C.Instant) -> [Action] {
            shallUnload = phase != .unloaded && phase != .unloading
            guard case .idle = phase else { return [] }
            return admitOrRest(now)
        }

        private mutating func unloadWithdrawn() -> [Action] {
            shallUnload = false
            return []
        }

        private mutating func stop(_ now: C.Instant) -> [Action] {
            isStopping = true
            guard case .idle = phase else { return [] }
            return admitOrRest(now)
        }

        private mutating func end() -> [Action] {
            isStopping = true
            hasEnded = true
            defer { queue = RequestQueue() }
            return [.refuse(queue.removeReady(), .stopping)]
        }
    }

    /// How long the model has been loaded in all: the time in which a wait counts.
    private struct LoadedTime: Sendable {
        private(set) var isRunning = false
        private var finished = Duration.zero
        private var lastChange: C.Instant

        init(lastChange: C.Instant) {
            self.lastChange = lastChange
        }

        func total(at now: C.Instant) -> Duration {
            isRunning ? finished + lastChange.duration(to: now) : finished
        }

        mutating func start(at now: C.Instant) {
            isRunning = true
            lastChange = now
        }

        mutating func stop(at now: C.Instant) {
            finished = total(at: now)
            isRunning = false
        }
    }
}
