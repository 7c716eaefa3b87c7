import Captioning
import FakeEngine
import Florence2
import Images
import SeededRandom
import Synchronization
import Testing

/// The scheduler with an engine that captions by rule, on a clock that only work moves.
@Suite("Many requests for one engine")
struct BatchSchedulerTests {
    /// A scheduler with what was reported so far.
    private final class World {
        let engine: FakeEngine
        let captioner: Captioner<FakeEngine>
        let image: PreparedImage
        var scheduler: BatchScheduler<FakeEngine>
        private let reports: Reports
        private let cancelled = Cancelled()
        private(set) var arrivals: [Int: Double] = [:]

        final class Reports {
            var started: [Int] = []
            var captions: [Int: [Caption]] = [:]
            var errors: [Int: any Error] = [:]
            var ends: [Int: Double] = [:]
            var text: [Int: [Int: String]] = [:]
        }

        final class Cancelled: Sendable {
            let ids = Mutex(Set<Int>())
        }

        init(
            maxBatch: Int = 4, available: @escaping () -> Int? = { nil },
            watch: @escaping ([Int]) throws -> Void = { _ in }
        ) throws {
            let (engine, reports) = (FakeEngine(watch: watch), Reports())
            self.engine = engine
            self.reports = reports
            captioner = try .fake(engine)
            image = try FakeModel.image()
            let clock = engine.clock
            scheduler = BatchScheduler(
                captioner, maxBatch: maxBatch, availableMemory: available, now: { clock.now }
            ) { id, result in
                #expect(reports.ends[id] == nil, "\(id) has ended already")
                switch result {
                case .success(.started): reports.started.append(id)
                case .success(.text(let text, let prompt)): reports.text[id, default: [:]][prompt, default: ""] += text
                case .success(.understood), .success(.prepared), .success(.thumbnail), .success(.queued),
                    .success(.admitted):
                    Issue.record("that is the service's to say")
                case .success(.finished(let captions)):
                    reports.captions[id] = captions
                    reports.ends[id] = clock.now
                case .failure(let error):
                    reports.errors[id] = error
                    reports.ends[id] = clock.now
                }
            }
        }

        var started: [Int] { reports.started }
        var captions: [Int: [Caption]] { reports.captions }
        var errors: [Int: any Error] { reports.errors }
        var ends: [Int: Double] { reports.ends }
        func text(_ id: Int, prompt: Int) -> String { reports.text[id]?[prompt] ?? "" }

        func request(_ words: [Int], beams: Int = 1) throws -> CaptionRequest {
            let prompts = try words.map {
                try TaskPrompt(String(repeating: "word ", count: $0) + "end", anyPrompt: true)
            }
            return CaptionRequest(image: image, prompts: prompts, overrides: .init(numBeams: beams), wantsText: true)
        }

        func append(_ id: Int, _ request: CaptionRequest) {
            arrivals[id] = engine.clock.now
            scheduler.append(id, request, arrival: engine.clock.now) { [cancelled] in
                cancelled.ids.withLock { $0.contains(id) }
            }
        }

        func cancel(_ id: Int) { cancelled.ids.withLock { _ = $0.insert(id) } }

        func finish() { while !scheduler.isEmpty { scheduler.advance() } }
    }

    @Test("each answer is what its slow twin gives, and its text was told as it came", arguments: [1, 3])
    func sameAsAlone(beams: Int) throws {
        let world = try World()
        let requests = try (1...9).map { try world.request([$0 % 4, 3 * $0], beams: beams) }
        for (id, request) in requests.enumerated() { world.append(id, request) }
        world.finish()
        for (id, request) in requests.enumerated() {
            let (alone, together) = (try world.captioner.answer(request), try #require(world.captions[id]))
            #expect(together.map(\.tokenIDs) == alone.map(\.tokenIDs) && together.map(\.score) == alone.map(\.score))
            #expect(together.map(\.inputTokens) == alone.map(\.inputTokens))
            for prompt in 0..<2 {
                #expect(together[prompt].finishReason == .stop && together[prompt].outputTokens > 1)
                #expect(together[prompt].answer == .text(world.text(id, prompt: prompt)))
                #expect(world.text(id, prompt: prompt).hasSuffix("end"))
            }
        }
    }

    @Test("arrivals, departures and short memory in any order lose nobody", arguments: 1...20 as ClosedRange<UInt64>)
    func anyOrder(seed: UInt64) throws {
        var random = SplitMix(seed: seed)
        let available = Mutex<Int?>(nil)
        let widest = Mutex(0)
        let world = try World(maxBatch: 3, available: { available.withLock { $0 } }) { rows in
            widest.withLock { $0 = max($0, rows.count) }
        }
        var left = Set<Int>()
        var next = 0
        for _ in 0..<500 {
            switch UInt8.random(in: 0..<8, using: &random) {
            case 0:
                let words = (0..<Int.random(in: 0...3, using: &random)).map { _ in Int.random(in: 0...9, using: &random)
                }
                world.append(next, try world.request(words, beams: Int.random(in: 1...4, using: &random)))
                next += 1
            case 1:
                if next > 0, let id = (0..<next).randomElement(using: &random), world.ends[id] == nil {
                    world.cancel(id)
                    left.insert(id)
                }
            case 2: available.withLock { $0 = [nil, 0, 500, 3000].randomElement(using: &random) ?? nil }
            default: world.scheduler.advance()
            }
        }
        world.finish()
        #expect(world.ends.count == next && Set(world.errors.keys).isSubset(of: left))
        #expect(world.errors.values.allSatisfy { $0 is CancellationError })
        #expect(world.started == world.started.sorted(), "begun in the order of arrival")
        #expect((1...3).contains(widest.withLock { $0 }))
    }

    @Test("nobody waits more than twice as long as one after the other", arguments: 1...20 as ClosedRange<UInt64>)
    func promise(seed: UInt64) throws {
        var random = SplitMix(seed: seed)
        let world = try World(maxBatch: 8)
        var (seconds, beamsOf): ([Int: Double], [Int: Int]) = ([:], [:])
        var next = 0
        while next < 40 {
            if world.scheduler.isEmpty || Int.random(in: 0..<30, using: &random) == 0 {
                let (words, beams) = (Int.random(in: 1...60, using: &random), Int.random(in: 1...3, using: &random))
                world.append(next, try world.request([words], beams: beams))
                beamsOf[next] = beams
                next += 1
            }
            world.scheduler.advance()
        }
        world.finish()
        for (id, captions) in world.captions {
            let steps = Double(captions[0].tokenIDs.count)
            seconds[id] =
                FakeEngine.imageSeconds + FakeEngine.promptSeconds + steps
                * FakeEngine.stepSeconds(rows: beamsOf[id] ?? 1)
        }
        var free = 0.0
        for id in 0..<next {
            let arrival = try #require(world.arrivals[id])
            free = max(free, arrival) + (seconds[id] ?? 0)
            let (alone, together) = (free - arrival, (world.ends[id] ?? .infinity) - arrival)
            #expect(together <= 2 * alone + 0.2, "\(id) of seed \(seed): \(together) s instead of \(alone) s")
        }
    }

    @Test("answers join others only where all may become as long as they may")
    func memory() throws {
        // One answer of 3 beams may take 3 x 512 bytes.
        let widest = Mutex(0)
        for (available, width) in [(0, 1), (2 * 3 * 512 - 1, 1), (4 * 3 * 512, 4)] {
            widest.withLock { $0 = 0 }
            let world = try World(maxBatch: 4, available: { available }) { rows in
                widest.withLock { $0 = max($0, rows.count) }
            }
            for id in 0..<8 { world.append(id, try world.request([40], beams: 3)) }
            world.finish()
            #expect(world.captions.count == 8 && widest.withLock { $0 } == width, "\(available) bytes")
        }
    }

    @Test("an engine that fails in a step fails those who had part in it, and nobody else")
    func failure() throws {
        let fails = Mutex(false)
        let world = try World(watch: { rows in
            if !rows.isEmpty, fails.withLock({ $0 }) { throw FakeEngine.Failure() }
        })
        for id in 0..<2 { world.append(id, try world.request([5])) }
        while world.started.count < 1 { world.scheduler.advance() }
        fails.withLock { $0 = true }
        while world.errors.isEmpty { world.scheduler.advance() }
        fails.withLock { $0 = false }
        world.append(2, try world.request([5]))
        world.finish()
        #expect(world.errors[0] is FakeEngine.Failure && world.captions[2] != nil)
    }
}
