import SeededRandom
import Serving
import Testing

/// What holds after any sequence of events, in ten thousand random ones around the edges of time.
@Suite("The host's decisions, in any order")
struct RandomOrderTests {
    typealias Machine = ModelHost<Workshop.Runner, ManualClock>.StateMachine

    /// Plays the actor, the model and the clients at once, and checks each action against what it may be.
    private struct World {
        var machine: Machine
        var now = ManualClock.Instant(offset: .zero)
        var isLoaded = false
        var hasChore = false
        var lentTo: Set<UInt64> = []
        let maxConcurrent: Int
        var preparing: [UInt64] = []
        var ready: Set<UInt64> = []
        var lastTicket: UInt64 = 0
        var arrived = 0, served = 0, refused = 0, left = 0
        var random: SplitMix

        init(seed: UInt64) {
            maxConcurrent = 1 + Int(seed % 3)
            let limits = ModelHostLimits(
                keepAlive: .lasting(.seconds(3)), maxConcurrent: maxConcurrent, maxQueued: 5, maxQueuedBytes: 100,
                maxWait: .seconds(8))
            machine = Machine(limits: limits, at: now)
            random = SplitMix(seed: seed)
        }

        mutating func send(_ event: Machine.Event) {
            for action in machine.handle(event, at: now) { obey(action) }
            let hasRoom = isLoaded && !hasChore && lentTo.count < maxConcurrent
            #expect(!hasRoom || !machine.queue.hasReady, "one is ready and waits for nothing")
        }

        mutating func obey(_ action: Machine.Action) {
            switch action {
            case .load:
                #expect(!isLoaded && !hasChore)
                hasChore = true
            case .unload:
                #expect(isLoaded && lentTo.isEmpty && machine.queue.isEmpty)
                hasChore = true
            case .admit(let ticket):
                #expect(isLoaded && lentTo.count < maxConcurrent && !hasChore, "lent while it is not there")
                #expect(ticket == ready.min(), "not the first of those that are ready")
                lentTo.insert(ticket)
                ready.remove(ticket)
            case .drop(let ticket):
                left += 1
                ready.remove(ticket)
            case .refuse(let tickets, _):
                refused += tickets.count
                ready.subtract(tickets)
            }
        }

        mutating func step() {
            switch UInt8.random(in: 0..<10, using: &random) {
            case 0...2: arrive()
            case 3...4: prepare()
            case 5: leave()
            case 6...7: work()
            default:
                now = now.advanced(by: .milliseconds(Int.random(in: 0...1500, using: &random)))
                if let deadline = machine.deadline(at: now), deadline <= now { send(.timerFired) }
            }
        }

        mutating func arrive() {
            lastTicket += 1
            arrived += 1
            let before = refused
            send(.arrived(lastTicket, bytes: Int.random(in: 0...60, using: &random)))
            if refused == before { preparing.append(lastTicket) }
        }

        mutating func prepare() {
            guard let ticket = preparing.randomElement(using: &random) else { return }
            preparing.removeAll { $0 == ticket }
            ready.insert(ticket)
            send(.ready(ticket, bytes: 1))
        }

        mutating func leave() {
            guard let ticket = machine.queue.tickets.randomElement(using: &random) else { return }
            if preparing.contains(ticket) { left += 1 }
            preparing.removeAll { $0 == ticket }
            send(.left(ticket))
        }

        /// A chore comes to its end, or else the one who has the model gives it back.
        mutating func work() {
            if hasChore {
                hasChore = false
                if machine.phase == .unloading {
                    isLoaded = false
                    send(.unloaded)
                } else {
                    isLoaded = Int.random(in: 0..<4, using: &random) > 0
                    send(isLoaded ? .loaded : .loadFailed)
                }
            } else if let ticket = lentTo.randomElement(using: &random) {
                lentTo.remove(ticket)
                served += 1
                send(.released(ticket, Bool.random(using: &random) ? .lasting(.zero) : nil))
            }
        }
    }

    @Test(
        "nobody is lost, who is ready comes in the order of arrival, and the model never idles or goes while it is needed",
        arguments: 1...20 as ClosedRange<UInt64>)
    func conservation(seed: UInt64) {
        var world = World(seed: seed)
        for _ in 0..<500 { world.step() }
        while !world.preparing.isEmpty { world.prepare() }
        world.send(.stop)
        for _ in 0..<50 { world.work() }
        #expect(world.machine.isStopped)
        #expect(world.arrived == world.served + world.refused + world.left)
    }
}
