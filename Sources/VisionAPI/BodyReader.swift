import Foundation
import Hummingbird
import Serving
import Synchronization

/// Reads the bodies of requests, each up to a limit and all together up to another.
struct BodyReader: Sendable {
    let maxBodySize: Int
    let maxReadingSize: Int
    /// Is told the size of what has been let go of.
    private let freed: @Sendable (Int) -> Void
    private let readings = Readings()

    init(maxBodySize: Int, maxReadingSize: Int, freed: @escaping @Sendable (Int) -> Void) {
        self.maxBodySize = maxBodySize
        self.maxReadingSize = maxReadingSize
        self.freed = freed
    }

    /// - Throws: `VisionAPIError.bodyTooLarge`, `.readingTooMuch`, or `BrokenConnection`.
    func read(_ request: Request) async throws -> ReadBody {
        if let announced = request.headers[.contentLength].flatMap(Int.init), announced > maxBodySize {
            throw VisionAPIError.bodyTooLarge(limit: maxBodySize)
        }
        var data = Data()
        readings.begin()
        defer {
            readings.end(data.count)
            freed(data.count)
        }
        do {
            for try await chunk in request.body {
                let count = chunk.readableBytes
                guard data.count + count <= maxBodySize else { throw VisionAPIError.bodyTooLarge(limit: maxBodySize) }
                data.append(contentsOf: chunk.readableBytesView)
                try readings.add(count, limit: maxReadingSize)
            }
        } catch let error as VisionAPIError {
            throw error
        } catch {
            throw BrokenConnection(reason: error)
        }
        return ReadBody(data, freed: freed)
    }
}

/// All bodies that are being read: how many, their bytes, and how long one has taken lately.
private final class Readings: Sendable {
    private struct State {
        var count = 0
        var bytes = 0
        var pace = ServicePace(at: ContinuousClock.now)
    }

    private let state = Mutex(State())

    func begin() {
        state.withLock { state in
            state.count += 1
            state.pace.began(at: .now)
        }
    }

    func end(_ bytes: Int) {
        state.withLock { state in
            state.count -= 1
            state.bytes -= bytes
            state.pace.ended(at: .now)
        }
    }

    func add(_ bytes: Int, limit: Int) throws(VisionAPIError) {
        let refusal = state.withLock { state -> VisionAPIError? in
            state.bytes += bytes
            guard state.bytes > limit else { return nil }
            let others = state.count - 1
            return .readingTooMuch(waiting: others, retryAfter: state.pace.secondsToWait(behind: others))
        }
        if let refusal { throw refusal }
    }
}

/// A body that whoever needs it takes away, so that it does not stay in memory for as long as its request waits.
final class ReadBody: Sendable {
    let count: Int
    private let data: Mutex<Data>
    private let freed: @Sendable (Int) -> Void

    init(_ data: Data, freed: @escaping @Sendable (Int) -> Void) {
        count = data.count
        self.data = Mutex(data)
        self.freed = freed
    }

    /// With the body goes what was made of it.
    deinit { freed(count) }

    /// The bytes; none the second time.
    func take() -> Data {
        data.withLock { data in
            // The only reference, so that whoever takes them may write to them without a copy.
            var taken = Data()
            swap(&taken, &data)
            return taken
        }
    }
}
