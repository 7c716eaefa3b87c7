package import Florence2
package import Foundation
package import Images
import Synchronization

/// An engine that captions by rule: it answers with the prompt's own tokens. Work takes time on a clock of its own.
package final class FakeEngine: Engine {
    package struct Features: Sendable {}

    package struct Memory {
        fileprivate let script: [Int]
        fileprivate let beams: Int
        fileprivate var length = 0
    }

    /// Seconds of the fake clock.
    package final class Clock: Sendable {
        private let seconds = Mutex(0.0)
        package init() {}
        package var now: Double { seconds.withLock { $0 } }
        package func advance(_ time: Double) { seconds.withLock { $0 += time } }
    }

    package struct Failure: Error {
        package init() {}
    }

    package let limits = EngineLimits(newTokens: 512, states: 1000, imageTokens: 577)
    package let clock: Clock
    /// Called at every piece of work, with the beams of each answer that is stepped.
    package let watch: (_ rows: [Int]) throws -> Void
    package var idleByteCount = 0

    package init(clock: Clock = Clock(), watch: @escaping (_ rows: [Int]) throws -> Void = { _ in }) {
        self.clock = clock
        self.watch = watch
    }

    package func encodeImage(_ image: PreparedImage, checkCancellation: @escaping () throws -> Void) throws -> Features
    {
        try checkCancellation()
        clock.advance(Self.imageSeconds)
        try watch([])
        return Features()
    }

    package func prefill(
        _ promptIDs: [Int], beside features: Features, beams: Int, checkCancellation: @escaping () throws -> Void
    ) throws -> Memory {
        try checkCancellation()
        clock.advance(Self.promptSeconds)
        return Memory(script: promptIDs, beams: beams)
    }

    package func step(_ feeds: [Feed], _ memories: inout [Memory]) throws -> [[Candidate]] {
        clock.advance(Self.stepSeconds(rows: feeds.map(\.tokens.count).reduce(0, +)))
        try watch(feeds.map(\.tokens.count))
        return zip(feeds, memories.indices).map { feed, index in
            defer { memories[index].length += 1 }
            let next = memories[index].script[min(memories[index].length, memories[index].script.count - 1)]
            return (0..<feed.candidateCount).map { rank in
                // The first is the script's; others are worse the later they stand.
                let beam = rank % feed.tokens.count
                let token = rank == 0 ? feed.rules[0].forced?.first ?? next : 1000 + rank
                return Candidate(beam: rank == 0 ? 0 : beam, token: token, score: feed.scores[0] - Float(rank))
            }
        }
    }

    package static let featureBytes = 100 << 10
    package static let imageSeconds = 1.0
    package static let promptSeconds = 0.1
    package static func stepSeconds(rows: Int) -> Double { 0.02 + 0.001 * Double(rows) }

    package func byteCount(states: Int, beams: Int, tokens: Int) -> Int { beams * tokens }
    package func byteCount(of features: Features) -> Int { Self.featureBytes }
    package func byteCount(of memory: Memory) -> Int { memory.beams * memory.length }
    package func trim() { idleByteCount = 0 }
}

extension Captioner where E == FakeEngine {
    /// With the demo model's tokenizer and settings.
    package static func fake(_ engine: FakeEngine) throws -> Captioner {
        let files = try ModelFiles.directory(FakeModel.folder.path)
        return Captioner(name: "fake", processor: try Florence2Processor(files, limits: engine.limits), engine: engine)
    }
}

package enum FakeModel {
    package static let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().appending(path: "Models/demo")

    package static func image() throws -> PreparedImage {
        let bytes = try Data(contentsOf: folder.appending(path: "example.png"))
        return try ModelFiles.directory(folder.path).imageProcessor().prepare(ImageDecoder().decode(Array(bytes)))
    }
}
