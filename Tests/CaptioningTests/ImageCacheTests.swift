import Captioning
import FakeEngine
import Florence2
import Foundation
import Images
import SeededRandom
import Synchronization
import Testing

@Suite("What is kept of images")
struct ImageCacheTests {
    /// A plain list of what should be there, used last at the end.
    private struct SlowTwin {
        struct Entry {
            let pixels: Int
            let value: Int
            let size: Int
            var files: [Int]
        }

        let limit: Int
        var entries: [Entry] = []

        var byteCount: Int { entries.reduce(0) { $0 + $1.size + ImageCache<Int>.overhead } }

        mutating func find(file: Int) -> Int? {
            entries.firstIndex { $0.files.contains(file) }.map { use($0).value }
        }

        mutating func find(pixels: Int, file: Int) -> Int? {
            guard let index = entries.firstIndex(where: { $0.pixels == pixels }) else { return nil }
            let value = use(index).value
            learn(file)
            return value
        }

        mutating func keep(_ value: Int, _ size: Int, pixels: Int, file: Int) {
            entries.removeAll { $0.pixels == pixels }
            guard size + ImageCache<Int>.overhead <= limit else { return }
            while byteCount + size + ImageCache<Int>.overhead > limit { entries.removeFirst() }
            entries.append(Entry(pixels: pixels, value: value, size: size, files: []))
            learn(file)
        }

        private mutating func use(_ index: Int) -> Entry {
            let entry = entries.remove(at: index)
            entries.append(entry)
            return entry
        }

        /// The one used last came as this file, too; four are remembered.
        private mutating func learn(_ file: Int) {
            guard let last = entries.indices.last, !entries[last].files.contains(file) else { return }
            for index in entries.indices { entries[index].files.removeAll { $0 == file } }
            entries[last].files = (entries[last].files + [file]).suffix(4)
        }
    }

    /// Images of one colour each, and what they are known by when they come as one of several files.
    private static let images: [PreparedImage] = (0..<8).compactMap { number in
        guard let processor = try? ModelFiles.directory(FakeModel.folder.path).imageProcessor() else { return nil }
        return RGBImage(width: 1, height: 1, pixels: [UInt8(number), 0, 0]).map(processor.prepare)
    }

    private static let header: ImageHeader? = {
        guard let file = try? Data(contentsOf: FakeModel.folder.appending(path: "example.png")) else { return nil }
        return try? ImageDecoder().header(of: Array(file))
    }()

    private static func identity(_ image: Int, file: Int) throws -> ImageIdentity {
        let (digest, header) = (try #require(ContentDigest(Array("file \(file)".utf8))), try #require(header))
        return try #require(ImageIdentity(file: digest, header: header, image: images[image]))
    }

    @Test("is what a plain list would keep, whatever happens", arguments: 1...4 as ClosedRange<UInt64>)
    func randomEvents(seed: UInt64) throws {
        var random = SplitMix(seed: seed)
        let identities = try (0..<8).map { image in try (0..<20).map { try Self.identity(image, file: $0) } }
        let limit = [0, 1000, 10_000, 30_000][Int(seed) - 1]
        var (cache, twin) = (ImageCache<Int>(limit: limit), SlowTwin(limit: limit))
        var hits = 0
        for event in 0..<5000 {
            let (image, file) = (Int.random(in: 0..<8, using: &random), Int.random(in: 0..<20, using: &random))
            switch Int.random(in: 0..<20, using: &random) {
            case 0..<6:
                let size = Int.random(in: 0..<12_000, using: &random)
                cache.keep(event, byteCount: size, for: identities[image][file])
                twin.keep(event, size, pixels: image, file: file)
            case 6..<12:
                let found = cache.find(identities[image][file])
                #expect(found == twin.find(pixels: image, file: file))
            case 12..<19:
                let found = cache.find(file: identities[0][file].file)
                #expect(found?.features == twin.find(file: file))
                if found != nil { hits += 1 }
            default:
                guard Int.random(in: 0..<10, using: &random) == 0 else { continue }
                cache.removeAll()
                twin.entries = []
            }
            #expect(cache.byteCount == twin.byteCount && cache.byteCount <= limit && cache.count == twin.entries.count)
        }
        #expect(hits > 100 || limit < 2000)
    }

    @Test("is told apart by every byte; of nothing there is no digest")
    func digests() {
        #expect(ContentDigest([]) == nil)
        #expect(ContentDigest([1, 2, 3]) == ContentDigest([1, 2, 3]))
        #expect(ContentDigest([1, 2, 3]) != ContentDigest([1, 2, 3, 0]))
    }

    /// A scheduler around an engine that captions by rule, and how often that has encoded an image.
    private final class World {
        let images = SharedImageCache(limit: 1 << 20)
        let encodings = Mutex(0)
        let widest = Mutex(0)
        let request: CaptionRequest
        private var scheduler: BatchScheduler<FakeEngine>?
        private let reports = Reports()

        final class Reports { var captions: [Int: [Caption]] = [:] }

        init(capacity: Int? = nil) throws {
            request = CaptionRequest(
                image: try FakeModel.image(), prompts: [try TaskPrompt("a cat on a mat", anyPrompt: true)],
                overrides: .init(numBeams: 3))
            let engine = FakeEngine { [unowned self] rows in
                if rows.isEmpty { encodings.withLock { $0 += 1 } }
                widest.withLock { $0 = max($0, rows.count) }
            }
            let (clock, images, reports) = (engine.clock, images, reports)
            scheduler = BatchScheduler(
                try .fake(engine), maxBatch: 2, images: images,
                availableMemory: { capacity.map { $0 - images.byteCount } }, now: { clock.now }
            ) { id, result in
                if case .success(.finished(let captions)) = result { reports.captions[id] = captions }
            }
        }

        /// Asks about images, by number, all at once.
        func ask(_ numbers: [Int], file: (Int) -> Int = { $0 }) throws -> [[Int]] {
            for (id, number) in numbers.enumerated() {
                let image = KnownImage(try ImageCacheTests.identity(number, file: file(id)))
                scheduler?.append(id, request, image: image, arrival: 0) { false }
            }
            while scheduler?.isEmpty == false { scheduler?.advance() }
            defer { reports.captions = [:] }
            return numbers.indices.map { reports.captions[$0]?.first?.tokenIDs ?? [] }
        }
    }

    @Test("the same image is encoded once, however many ask and whatever file it comes as")
    func encodedOnce() throws {
        let world = try World()
        let first = try world.ask([0, 0, 0])
        #expect(world.encodings.withLock { $0 } == 1 && Set(first).count == 1 && first[0].count > 4)
        let second = try world.ask([0, 0], file: { 10 + $0 })
        #expect(world.encodings.withLock { $0 } == 1 && Set(second) == Set(first))
        _ = try world.ask([1, 0, 1])
        #expect(world.encodings.withLock { $0 } == 2)
        world.images.removeAll()
        _ = try world.ask([1, 0, 1])
        #expect(world.encodings.withLock { $0 } == 4)
    }

    @Test("what is kept makes room before anybody waits, and goes for nothing where that would not help")
    func makesRoom() throws {
        // An answer of 3 beams may take 3 x 512 bytes; two do not fit beside what is kept, and do without it.
        let kept = FakeEngine.featureBytes + ImageCache<Int>.overhead
        for (capacity, width, encodings) in [(kept + 2000, 2, 1), (2 * kept + 4000, 2, 1), (kept + 100, 2, 2)] {
            let world = try World(capacity: capacity)
            #expect(try world.ask([0])[0].count > 4)
            #expect(try world.ask([0, 0]).allSatisfy { $0.count > 4 })
            #expect(world.widest.withLock { $0 } == width, "\(capacity) bytes")
            #expect(world.encodings.withLock { $0 } == encodings, "\(capacity) bytes")
        }
        let world = try World(capacity: 500)
        #expect(try world.ask([0, 0]).allSatisfy { $0.count > 4 } && world.widest.withLock { $0 } == 1)
    }
}
