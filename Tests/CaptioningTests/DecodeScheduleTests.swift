import Captioning
import SeededRandom
import Testing

/// What holds after any sequence of events, in ten thousand random ones, and what follows from it for those who wait.
@Suite("Whose image is decoded when")
struct DecodeScheduleTests {
    /// 480 bytes: 10 are small, 450 the most that one may take.
    private static let budget = DecodeBudget(memory: 480)

    /// Plays the threads and the clients at once, and checks each action against what it may be.
    private struct World {
        var schedule: DecodeSchedule
        var random: SplitMix
        var lastTicket: UInt64 = 0
        var running: Set<UInt64> = []
        var paused: Set<UInt64> = []
        var returning: Set<UInt64> = []
        var stopping: Set<UInt64> = []
        var arrived = 0, ended = 0, dropped = 0
        /// Whether the slow lane's work goes on and on.
        var isLaneHeld = false

        init(seed: UInt64, budget: DecodeBudget = DecodeScheduleTests.budget) {
            schedule = DecodeSchedule(budget: budget)
            random = SplitMix(seed: seed)
        }

        mutating func send(_ event: DecodeSchedule.Event) {
            for action in schedule.handle(event) { obey(action) }
            check()
        }

        mutating func obey(_ action: DecodeSchedule.Action) {
            switch action {
            case .begin(let ticket): #expect(running.insert(ticket).inserted && !paused.contains(ticket))
            case .pause(let ticket):
                #expect(running.remove(ticket) != nil)
                paused.insert(ticket)
            case .resume(let ticket):
                #expect(paused.remove(ticket) != nil)
                running.insert(ticket)
            case .putBack(let ticket):
                #expect(running.remove(ticket) != nil)
                returning.insert(ticket)
            case .stop(let ticket):
                #expect(running.remove(ticket) != nil || paused.remove(ticket) != nil)
                stopping.insert(ticket)
            case .drop(let ticket):
                #expect(!running.contains(ticket) && !paused.contains(ticket))
                dropped += 1
            }
        }

        /// What must hold whenever nothing is happening.
        func check() {
            let entries = schedule.entries
            let fast = entries.filter { $0.stage == .fast || $0.stage == .returning }
            let slow = entries.filter { $0.stage == .slow }
            #expect(entries.map(\.ticket) == entries.map(\.ticket).sorted())
            #expect(fast.count <= 2 && slow.count <= 1 && paused.count <= 8)
            #expect(schedule.bytes <= 480, "beyond the budget")
            if slow.isEmpty { #expect(paused.isEmpty, "the lane is free, and one is paused") }
            if fast.count < 2 {
                #expect(!entries.contains { $0.stage == .waiting(isSlow: false) && $0.bytes <= 10 }, "small, and waits")
            }
            let overdue = entries.contains { $0.stage == .waiting(isSlow: false) && $0.passed >= 16 }
            if fast.count < 2 && !slow.isEmpty && !overdue {
                let begun = entries.filter { !$0.isWaiting && ($0.bytes > 10 || isPaused($0)) }
                let taken = begun.map(\.bytes).reduce(0, +)
                #expect(
                    !entries.contains { $0.stage == .waiting(isSlow: false) && taken + $0.bytes <= 450 },
                    "held back by one that waits for the lane")
            }
            if entries.allSatisfy({ $0.isWaiting }) { #expect(entries.isEmpty, "all wait, for nothing") }
        }

        private func isPaused(_ entry: DecodeSchedule.Entry) -> Bool {
            entry.stage == .paused || entry.stage == .leaving
        }

        mutating func step() {
            switch UInt8.random(in: 0..<12, using: &random) {
            case 0...3: arrive([0, 5, 10, 11, 100, 225, 300, 450].randomElement(using: &random) ?? 0)
            case 4...6: slow()
            case 7: leave()
            default: end()
            }
        }

        mutating func arrive(_ bytes: Int) {
            lastTicket += 1
            arrived += 1
            send(.arrived(lastTicket, bytes: bytes))
        }

        mutating func slow() {
            let fast = schedule.entries.filter { $0.stage == .fast && running.contains($0.ticket) }
            if let entry = fast.randomElement(using: &random) { send(.slowed(entry.ticket)) }
        }

        mutating func leave() {
            if let entry = schedule.entries.randomElement(using: &random) { send(.left(entry.ticket)) }
        }

        private var ending: Set<UInt64> {
            let held = schedule.entries.filter { isLaneHeld && $0.stage == .slow && $0.isWanted }
            return running.union(stopping).subtracting(held.map(\.ticket))
        }

        /// A thread comes to the end of its work, or of letting it go.
        mutating func end() {
            if let ticket = returning.sorted().randomElement(using: &random) {
                returning.remove(ticket)
                let isForgotten = schedule.entries.first { $0.ticket == ticket }?.isWanted == false
                if isForgotten { ended += 1 }
                send(.returned(ticket))
            } else if let ticket = ending.sorted().randomElement(using: &random) {
                running.remove(ticket)
                stopping.remove(ticket)
                ended += 1
                send(.ended(ticket))
            }
        }
    }

    @Test("the budget holds, nobody is lost, and nothing idles", arguments: 1...20 as ClosedRange<UInt64>)
    func anyOrder(seed: UInt64) {
        var world = World(seed: seed)
        for step in 0..<500 {
            world.isLaneHeld = step % 250 < 200
            world.step()
        }
        world.isLaneHeld = false
        for _ in 0..<10_000 where !world.schedule.entries.isEmpty { world.end() }
        #expect(world.schedule.entries.isEmpty)
        #expect(world.arrived == world.ended + world.dropped)
    }

    @Test("however many come after it, one who needs much has its turn", arguments: 1...10 as ClosedRange<UInt64>)
    func boundedPassing(seed: UInt64) {
        var world = World(seed: seed)
        world.arrive(100)
        world.arrive(450)
        let big = world.lastTicket
        for _ in 0..<200 where world.schedule.entries.contains(where: { $0.ticket == big && $0.isWaiting }) {
            world.arrive([0, 10, 50, 100].randomElement(using: &world.random) ?? 0)
            world.arrive(60)
            if Bool.random(using: &world.random) { world.slow() }
            world.end()
        }
        let passed = world.schedule.entries.first { $0.ticket == big }?.passed ?? 0
        #expect(world.running.contains(big), "passed \(passed) times")
        #expect(passed <= 16)
    }

    /// The lane is held, eight are paused, and one was put back that needs more than is left beside them and another.
    private func putBackAndPassed(by count: Int, _ schedule: inout DecodeSchedule) -> DecodeSchedule.Ticket {
        for ticket: UInt64 in 1...9 {
            _ = schedule.handle(.arrived(ticket, bytes: 20))
            _ = schedule.handle(.slowed(ticket))
        }
        #expect(schedule.handle(.arrived(10, bytes: 250)) == [.begin(10)])
        #expect(schedule.handle(.slowed(10)) == [.putBack(10)])
        #expect(schedule.handle(.returned(10)) == [])
        for ticket in 11..<11 + UInt64(count) {
            #expect(schedule.handle(.arrived(ticket, bytes: 100)) == [.begin(ticket)])
            #expect(schedule.handle(.ended(ticket)) == [])
        }
        return 11 + UInt64(count)
    }

    @Test("one that waits for the lane holds back nobody who does not, however many have passed it")
    func waitingForTheLane() {
        var schedule = DecodeSchedule(budget: Self.budget)
        let next = putBackAndPassed(by: 40, &schedule)
        #expect(schedule.reserved == nil)
        #expect(schedule.handle(.arrived(next, bytes: 100)) == [.begin(next)])
        #expect(schedule.handle(.slowed(next)) == [.putBack(next)], "it would be in the other's way")
        #expect(schedule.handle(.returned(next)) == [])
        for ticket: UInt64 in 1...8 { #expect(schedule.handle(.ended(ticket)) == [.resume(ticket + 1)]) }
        #expect(schedule.handle(.ended(9)) == [.begin(10)])
        #expect(schedule.handle(.ended(10)) == [.begin(next)])
    }

    @Test("one that was put back has the lane in the end, however many come", arguments: 1...10 as ClosedRange<UInt64>)
    func boundedWaitForTheLane(seed: UInt64) {
        var world = World(seed: seed)
        for _ in 1...9 {
            world.arrive(20)
            world.slow()
        }
        world.arrive(250)
        let big = world.lastTicket
        world.slow()
        world.end()
        #expect(world.schedule.entries.contains { $0.ticket == big && $0.stage == .waiting(isSlow: true) })
        for _ in 0..<600 where world.schedule.entries.contains(where: { $0.ticket == big && $0.isWaiting }) {
            world.arrive([5, 100, 225].randomElement(using: &world.random) ?? 0)
            world.arrive(100)
            world.slow()
            // The first lets one go that was put back, if there is one; the second ends work.
            world.end()
            world.end()
        }
        #expect(!world.schedule.entries.contains { $0.ticket == big && $0.isWaiting })
    }

    @Test("among fifty that take long, what comes last is begun as soon as the two before it have had their share")
    func headOfLine() {
        var world = World(seed: 1)
        for number in 0..<50 { world.arrive([8, 100, 450][number % 3]) }
        for _ in 0..<200 {
            while world.returning.count > 0 { world.end() }
            world.slow()
        }
        #expect(world.running.count == 1, "the slow lane's")
        world.arrive(10)
        #expect(world.running.contains(world.lastTicket))
    }

    @Test("slow work goes through the lane in the order of arrival, whenever it became slow")
    func lane() {
        var schedule = DecodeSchedule(budget: Self.budget)
        for ticket: UInt64 in [1, 2] { #expect(schedule.handle(.arrived(ticket, bytes: 1)) == [.begin(ticket)]) }
        for ticket: UInt64 in [3, 4, 5] { #expect(schedule.handle(.arrived(ticket, bytes: 1)) == []) }
        #expect(schedule.handle(.slowed(2)) == [.begin(3)])
        #expect(schedule.handle(.slowed(3)) == [.pause(3), .begin(4)])
        #expect(schedule.handle(.slowed(1)) == [.pause(1), .begin(5)])
        #expect(schedule.handle(.ended(2)) == [.resume(1)])
        #expect(schedule.handle(.ended(1)) == [.resume(3)])
    }

    @Test("what may take long and cannot be paused leaves a place to the others")
    func neverAsks() {
        var schedule = DecodeSchedule(budget: Self.budget)
        #expect(schedule.handle(.arrived(1, bytes: 0, neverAsks: true)) == [.begin(1)])
        #expect(schedule.handle(.arrived(2, bytes: 0, neverAsks: true)) == [])
        #expect(schedule.handle(.arrived(3, bytes: 5)) == [.begin(3)])
        #expect(schedule.handle(.ended(3)) == [])
        #expect(schedule.handle(.arrived(4, bytes: 5)) == [.begin(4)])
        #expect(schedule.handle(.ended(1)) == [.begin(2)])
    }

    @Test("who leaves gives back what it has: a place in the line, the lane, a pause")
    func leaving() {
        var schedule = DecodeSchedule(budget: Self.budget)
        #expect(schedule.handle(.arrived(1, bytes: 400)) == [.begin(1)])
        #expect(schedule.handle(.slowed(1)) == [])
        #expect(schedule.handle(.arrived(2, bytes: 40)) == [.begin(2)])
        #expect(schedule.handle(.slowed(2)) == [.pause(2)])
        #expect(schedule.handle(.arrived(3, bytes: 100)) == [])
        #expect(schedule.handle(.arrived(4, bytes: 10)) == [.begin(4)])
        #expect(schedule.handle(.left(3)) == [.drop(3)])
        #expect(schedule.handle(.left(2)) == [.stop(2)])
        #expect(schedule.handle(.arrived(5, bytes: 50)) == [], "its memory is there once its thread has let go")
        #expect(schedule.handle(.ended(2)) == [.begin(5)])
        #expect(schedule.handle(.slowed(5)) == [.pause(5)])
        #expect(schedule.handle(.left(1)) == [.stop(1)])
        #expect(schedule.handle(.ended(1)) == [.resume(5)])
    }

    @Test("beyond eight that are paused, slow work lets go of all it has and begins anew when the lane is free")
    func putBack() {
        var schedule = DecodeSchedule(budget: Self.budget)
        for ticket: UInt64 in 1...9 {
            #expect(schedule.handle(.arrived(ticket, bytes: 20)) == [.begin(ticket)])
            #expect(schedule.handle(.slowed(ticket)) == (ticket == 1 ? [] : [.pause(ticket)]))
        }
        #expect(schedule.handle(.arrived(10, bytes: 20)) == [.begin(10)])
        #expect(schedule.handle(.slowed(10)) == [.putBack(10)])
        #expect(schedule.bytes == 200)
        #expect(schedule.handle(.returned(10)) == [])
        #expect(schedule.bytes == 180)
        for ticket: UInt64 in 1...8 { #expect(schedule.handle(.ended(ticket)) == [.resume(ticket + 1)]) }
        #expect(schedule.handle(.ended(9)) == [.begin(10)])
        #expect(schedule.handle(.ended(10)) == [])
        #expect(schedule.entries.isEmpty)
    }
}
