package import Foundation
package import Hummingbird
import Synchronization

/// Reads the bodies of requests, each up to a limit and all together up to another.
package struct BodyReader: Sendable {
    /// How long one body has taken to be read lately.
    package struct Pace: Sendable {
        let began: @Sendable () -> Void
        let ended: @Sendable () -> Void
        let secondsToWait: @Sendable (_ others: Int) -> Int

        /// - Parameters:
        ///   - began: Called when a body begins to be read.
        ///   - ended: Called when that ends.
        ///   - secondsToWait: Until so many others may be read.
        package init(
            began: @escaping @Sendable () -> Void, ended: @escaping @Sendable () -> Void,
            secondsToWait: @escaping @Sendable (_ others: Int) -> Int
        ) {
            self.began = began
            self.ended = ended
            self.secondsToWait = secondsToWait
        }
    }

    /// The most bytes of one body.
    package let maxBodySize: Int
    private let maxReadingSize: Int
    private let pace: Pace
    /// Is told the size of what has been let go of.
    private let freed: @Sendable (Int) -> Void
    private let readings = Readings()

    /// - Parameters:
    ///   - maxBodySize: The most bytes of one body.
    ///   - maxReadingSize: The most bytes of all bodies that are being read at the same time.
    ///   - freed: Called with the size of what has been let go of.
    package init(
        maxBodySize: Int, maxReadingSize: Int, pace: Pace, freed: @escaping @Sendable (Int) -> Void
    ) {
        self.maxBodySize = maxBodySize
        self.maxReadingSize = maxReadingSize
        self.pace = pace
        self.freed = freed
    }

    /// - Throws: `DoorError.bodyTooLarge`, `.readingTooMuch`, or `ClientDisconnect`.
    package func read(_ request: Request) async throws -> ReadBody {
        if let announced = request.headers[.contentLength].flatMap(Int.init), announced > maxBodySize {
            throw DoorError.bodyTooLarge(limit: maxBodySize)
        }
        var data = Data()
        readings.begin()
        pace.began()
        defer {
            readings.end(data.count)
            pace.ended()
            freed(data.count)
        }
        do {
            for try await chunk in request.body {
                let count = chunk.readableBytes
                guard data.count + count <= maxBodySize else { throw DoorError.bodyTooLarge(limit: maxBodySize) }
                data.append(contentsOf: chunk.readableBytesView)
                if let others = readings.add(count, limit: maxReadingSize) {
                    throw DoorError.readingTooMuch(waiting: others, retryAfter: pace.secondsToWait(others))
                }
            }
        } catch let error as DoorError {
            throw error
        } catch {
            throw ClientDisconnect(reason: error)
        }
        return ReadBody(data, freed: freed)
    }
}

extension Request {
    /// All of a body that is a line or two at the most.
    ///
    /// - Throws: `DoorError.bodyTooLarge` or `ClientDisconnect`.
    package func shortBody(limit: Int) async throws -> ByteBuffer {
        do {
            return try await body.collect(upTo: limit)
        } catch let error as any HTTPResponseError where error.status == .contentTooLarge {
            throw DoorError.bodyTooLarge(limit: limit)
        } catch {
            throw ClientDisconnect(reason: error)
        }
    }
}

/// All bodies that are being read: how many, and their bytes.
private final class Readings: Sendable {
    private struct State {
        var count = 0
        var bytes = 0
    }

    private let state = Mutex(State())

    func begin() { state.withLock { $0.count += 1 } }

    func end(_ bytes: Int) {
        state.withLock { state in
            state.count -= 1
            state.bytes -= bytes
        }
    }

    /// - Returns: How many others are being read where it is too much together.
    func add(_ bytes: Int, limit: Int) -> Int? {
        state.withLock { state in
            state.bytes += bytes
            return state.bytes > limit ? state.count - 1 : nil
        }
    }
}

/// A body that whoever needs it takes away, so that it does not stay in memory for as long as its request waits.
package final class ReadBody: Sendable {
    package let count: Int
    private let data: Mutex<Data>
    private let freed: @Sendable (Int) -> Void

    package init(_ data: Data, freed: @escaping @Sendable (Int) -> Void) {
        count = data.count
        self.data = Mutex(data)
        self.freed = freed
    }

    /// With the body goes what was made of it.
    deinit { freed(count) }

    /// The bytes; none the second time.
    package func take() -> Data {
        data.withLock { data in
            // The only reference, so that whoever takes them may write to them without a copy.
            var taken = Data()
            swap(&taken, &data)
            return taken
        }
    }
}
