import Captioning
import Florence2
import Foundation
import Images
import Synchronization
import Tensors
import Testing

@Suite("Answers that are generated together")
struct CaptionWorkerTests {
    private static let prompts = ["<CAPTION>", "<OD>", "<DETAILED_CAPTION>", "<OCR>", "<MORE_DETAILED_CAPTION>"]

    @Test("are the same as alone, whatever their company", arguments: [Precision.fp32, .bf16, .int8])
    func sameAsAlone(precision: Precision) async throws {
        let (files, image) = try Self.demo()
        let requests = try (0..<7).map { number in
            CaptionRequest(
                image: image, prompts: [try TaskPrompt(Self.prompts[number % Self.prompts.count])],
                overrides: .init(numBeams: 1 + number % 4, maxNewTokens: 3 + 5 * number))
        }
        let alone = try Captioner(files, threads: 2, precision: precision)
        let expected = try requests.map { try alone.answer($0) }
        let together = CaptionWorker(maxBatch: 6) { try Captioner(files, threads: 2, precision: precision) }
        try await together.load()
        try await withThrowingTaskGroup(of: (Int, [Caption]).self) { group in
            for (number, request) in requests.enumerated() {
                group.addTask { (number, try await together.begin(request).captions()) }
            }
            for try await (number, captions) in group {
                #expect(captions.map(\.tokenIDs) == expected[number].map(\.tokenIDs), "request \(number)")
                #expect(captions.map(\.score) == expected[number].map(\.score), "request \(number)")
            }
        }
    }

    @Test("of several prompts about one image come in their order")
    func severalPrompts() async throws {
        let (files, image) = try Self.demo()
        let request = CaptionRequest(image: image, prompts: try Self.prompts.map { try TaskPrompt($0) })
        let captioner = try Captioner(files, threads: 2)
        let expected = try request.prompts.map { try captioner.answer(image, prompt: $0).text }
        let together = CaptionWorker(maxBatch: 3) { try Captioner(files, threads: 2) }
        try await together.load()
        let texts = try await together.begin(request).captions().map(\.text)
        #expect(texts == expected)
    }

    /// Memory is asked for before an answer joins another: once where it is there; where it is not, again once somebody
    /// has come or gone, or after many steps. Asking reads files of the system.
    @Test("are written one after the other where memory is short", arguments: [0, 100 << 20, nil])
    func shortOfMemory(available: Int?) async throws {
        let (files, image) = try Self.demo()
        let prompts = [try TaskPrompt("<DETAILED_CAPTION>"), try TaskPrompt("<CAPTION>")]
        let request = CaptionRequest(image: image, prompts: prompts)
        let captioner = try Captioner(files, threads: 1)
        let expected = try captioner.answer(request)
        let asked = Count()
        let together = CaptionWorker(maxBatch: 2) {
            _ = asked.next()
            return available
        } load: {
            try Captioner(files, threads: 1)
        }
        try await together.load()
        let captions = try await together.begin(request).captions()
        #expect(captions.map(\.text) == expected.map(\.text))
        let times = asked.next() - 1
        #expect(times >= 1 && times <= 1 + (available == 0 ? expected[0].tokenIDs.count / 64 : 0), "\(times) times")
    }

    @Test("do not suffer from one that is left or that cannot be")
    func companyThatFails() async throws {
        let (files, image) = try Self.demo()
        let long = CaptionRequest(
            image: image, prompts: [try TaskPrompt(String(repeating: "word ", count: 5000), anyPrompt: true)])
        let good = CaptionRequest(image: image, prompts: [try TaskPrompt("<DETAILED_CAPTION>")])
        let captioner = try Captioner(files, threads: 2)
        let expected = try captioner.answer(good).map(\.text)
        let together = CaptionWorker(maxBatch: 4) { try Captioner(files, threads: 2) }
        try await together.load()
        let checks = Count()
        let first = Task { try await together.begin(good).captions() }
        let leaver = Task { try await together.begin(good) { checks.next() > 25 }.captions() }
        let impossible = Task { try await together.begin(long).captions() }
        let last = Task { try await together.begin(good).captions() }
        await #expect(throws: CancellationError.self) { _ = try await leaver.value }
        await #expect(throws: ModelError.self) { _ = try await impossible.value }
        for task in [first, last] {
            let texts = try await task.value.map(\.text)
            #expect(texts == expected)
        }
    }

    @Test("of no prompt are none")
    func nothingAsked() async throws {
        let (files, image) = try Self.demo()
        let captioner = try Captioner(files, threads: 1)
        #expect(try captioner.answer(CaptionRequest(image: image, prompts: [])).isEmpty)
        let worker = CaptionWorker(maxBatch: 2) { try Captioner(files, threads: 1) }
        try await worker.load()
        #expect(try await worker.begin(CaptionRequest(image: image, prompts: [])).captions().isEmpty)
    }

    @Test("end before the model is let go, and a model is made and let go on the same thread, which is joined")
    func lastRequests() async throws {
        let (files, image) = try Self.demo()
        let threads = Mutex<[pthread_t]>([])
        let worker = CaptionWorker(maxBatch: 2) {
            threads.withLock { $0.append(pthread_self()) }
            return try Captioner(files, threads: 1)
        }
        let request = CaptionRequest(image: image, prompts: [try TaskPrompt("<CAPTION>")])
        for load in 1...2 {
            try await worker.load()
            let future = worker.begin(
                request,
                report: { event in
                    if case .started = event { threads.withLock { $0.append(pthread_self()) } }
                })
            async let unloaded: Void = worker.unload()
            #expect(try await future.captions().first?.text.isEmpty == false)
            await unloaded
            #expect(Set(threads.withLock { $0.suffix(2) }).count == 1 && threads.withLock { $0.count } == 2 * load)
        }
        await #expect(throws: CancellationError.self) { _ = try await worker.begin(request).captions() }
    }

    @Test("A load that fails says why, and the next one is tried anew")
    func failedLoad() async throws {
        let (files, image) = try Self.demo()
        let loads = Count()
        let worker = CaptionWorker(maxBatch: 1) {
            if loads.next() == 1 { throw ModelError.damagedNumbers }
            return try Captioner(files, threads: 1)
        }
        await #expect(throws: ModelError.damagedNumbers) { try await worker.load() }
        try await worker.load()
        let request = CaptionRequest(image: image, prompts: [try TaskPrompt("<CAPTION>")])
        #expect(try await worker.begin(request).captions().count == 1)
        await worker.unload()
    }

    @Test("Text told on the way is the answer in the end, and none is told of places", arguments: [1, 3])
    func textOnTheWay(beams: Int) async throws {
        let (files, image) = try Self.demo()
        let worker = CaptionWorker(maxBatch: 4) { try Captioner(files, threads: 1) }
        try await worker.load()
        let request = CaptionRequest(
            image: image, prompts: try Self.prompts.map { try TaskPrompt($0) },
            overrides: .init(numBeams: beams), wantsText: true)
        let told = Mutex(Array(repeating: [String](), count: Self.prompts.count))
        let captions = try await worker.begin(
            request,
            report: { event in
                if case .text(let text, let prompt) = event { told.withLock { $0[prompt].append(text) } }
            }
        ).captions()
        for (caption, pieces) in zip(captions, told.withLock { $0 }) {
            if case .text(let text) = caption.answer {
                #expect(pieces.joined() == text && pieces.allSatisfy { !$0.isEmpty })
                #expect(!text.contains(" ") || beams > 1 || pieces.count > 1)
            } else {
                #expect(pieces.isEmpty)
            }
        }
    }

    private static func demo() throws -> (ModelFiles, PreparedImage) {
        let repository = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        let model = repository.appending(path: "Models/demo")
        let files = try ModelFiles.directory(model.path)
        let bytes = try Data(contentsOf: model.appending(path: "example.png"))
        return (files, try files.imageProcessor().prepare(ImageDecoder().decode(Array(bytes))))
    }
}

private final class Count: Sendable {
    private let value = Atomic(0)

    func next() -> Int { value.add(1, ordering: .relaxed).newValue }
}
