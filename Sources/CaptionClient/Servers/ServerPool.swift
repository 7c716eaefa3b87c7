/// Which of several servers gets the next image. It decides only; `ServerQueue` obeys and knows the time.
package struct ServerPool: Sendable {
    package typealias Instant = ContinuousClock.Instant

    private struct Server {
        var inFlight = 0
        /// Where it is to be found out how many images it gets at once.
        var limit: AdaptiveLimit?
        var state = State.up
        /// How often in a row the server was not reached.
        var failures = 0
        var isDownSince: Instant?
        /// Whether it was still away when patience with it was over.
        var isGivenUp = false
        /// Whether it refuses the question itself.
        var isMisasked = false
        /// What it said last when it did not answer.
        var sentence = ""
    }

    private enum State: Equatable {
        case up
        /// Left out until then; after that one request tries it.
        case resting(until: Instant)
        case trial
        /// Left out for good.
        case dropped
    }

    /// What to do with an image.
    package enum Choice: Sendable, Equatable {
        case use(Int)
        /// No server is free: wait until one is given back, or until then.
        case wait(until: Instant?)
        /// No server will take it any more: their sentences, and whether asking the same again later may help.
        case over([String], mayPass: Bool)
    }

    private var servers: [Server]
    private let slots: Int
    private let patience: Duration?
    private var everReached = false

    /// - Parameters:
    ///   - count: how many servers there are.
    ///   - slots: how many images a server gets at once; `nil` when that is to be found out.
    ///   - patience: how long to wait while no server takes a connection, or has a model; `nil` is for ever.
    package init(count: Int, slots: Int?, patience: Duration?) {
        let limit = slots == nil ? AdaptiveLimit(start: Self.firstSlots, most: RemoteServer.maxJobs) : nil
        servers = Array(repeating: Server(limit: limit), count: max(count, 1))
        self.slots = max(slots ?? Self.firstSlots, 1)
        self.patience = patience
    }

    /// With how many images at once a search begins.
    package static let firstSlots = 2

    /// How many images all servers get at once.
    var capacity: Int {
        servers.filter { $0.state != .dropped }.reduce(0) { $0 + ($1.limit?.value ?? slots) }
    }

    /// Chooses the free server with the fewest images in flight.
    package mutating func take(now: Instant) -> Choice {
        for index in servers.indices {
            if case .resting(let until) = servers[index].state, until <= now { servers[index].state = .trial }
        }
        if isOver {
            return .over(
                servers.map(\.sentence).filter { !$0.isEmpty }, mayPass: !servers.allSatisfy(\.isMisasked))
        }
        let free = servers.indices.filter { servers[$0].inFlight < limit(servers[$0]) }
        guard let index = free.min(by: { servers[$0].inFlight < servers[$1].inFlight }) else {
            return .wait(until: wakeUp)
        }
        servers[index].inFlight += 1
        return .use(index)
    }

    /// Takes note of what a server said.
    package mutating func giveBack(_ index: Int, _ reply: Reply, now: Instant) {
        servers[index].inFlight -= 1
        switch reply {
        case .answered, .refused:
            reached(index)
            servers[index].limit?.answered(now: now)
            if servers[index].state != .dropped { servers[index].state = .up }
        case .busy(let sentence, let retryAfter):
            reached(index)
            // Of several that came back at once, one tells it.
            if servers[index].state == .up { servers[index].limit?.refused() }
            rest(index, until: now + retryAfter, sentence)
        case .lost(let sentence):
            // It took the connection, so it is there.
            let failures = servers[index].failures + 1
            reached(index)
            servers[index].failures = failures
            rest(index, until: now + Self.backOff(failures), sentence)
        case .unreachable(let sentence):
            servers[index].failures += 1
            isDown(index, now)
            rest(index, until: now + Self.backOff(servers[index].failures), sentence)
        case .noModel(let sentence, let retryAfter):
            everReached = true
            servers[index].failures = 0
            isDown(index, now)
            rest(index, until: now + retryAfter, sentence)
        case .unusable(let sentence), .misasked(let sentence):
            servers[index].sentence = sentence
            servers[index].state = .dropped
            if case .misasked = reply { servers[index].isMisasked = true }
        }
    }

    private mutating func isDown(_ index: Int, _ now: Instant) {
        let since = servers[index].isDownSince ?? now
        servers[index].isDownSince = since
        servers[index].isGivenUp = patience.map { now - since >= $0 } ?? false
    }

    /// Half a second, doubled each time, up to five seconds: a server that comes back is soon found.
    static func backOff(_ failures: Int) -> Duration {
        min(.milliseconds(250) * (1 << min(failures, 10)), .seconds(5))
    }

    private func limit(_ server: Server) -> Int {
        switch server.state {
        case .up: server.limit?.value ?? slots
        case .trial: 1
        case .resting, .dropped: 0
        }
    }

    private mutating func reached(_ index: Int) {
        everReached = true
        servers[index].failures = 0
        servers[index].isDownSince = nil
        servers[index].isGivenUp = false
    }

    private mutating func rest(_ index: Int, until: Instant, _ sentence: String) {
        guard servers[index].state != .dropped else { return }
        servers[index].sentence = sentence
        // Of several images that came back at once, the one that has to wait longest decides.
        if case .resting(let earlier) = servers[index].state, earlier > until { return }
        servers[index].state = .resting(until: until)
    }

    /// When the first of the resting servers may be tried.
    private var wakeUp: Instant? {
        let ends = servers.compactMap { if case .resting(let until) = $0.state { until } else { nil } }
        return ends.min()
    }

    /// Whether every server is dropped, or was away for too long.
    var isOver: Bool {
        // A first address that is wrong should be told at once.
        everReached ? alive.allSatisfy(\.isGivenUp) : isEnding && alive.allSatisfy { $0.inFlight == 0 }
    }

    /// Whether all is over, or will be if what is in flight fares as what came back.
    var isEnding: Bool { everReached ? isOver : alive.allSatisfy { $0.isDownSince != nil } }

    private var alive: [Server] { servers.filter { $0.state != .dropped } }
}
