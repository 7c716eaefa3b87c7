import Foundation
import Hummingbird
import Serving
import Synchronization

/// Reads the bodies of requests, each up to a limit and all together up to another.
struct BodyReader: Sendable {
    let maxBodySize: Int
    let maxReadingSize: Int
    private let reading = ReadingSize()

    init(maxBodySize: Int, maxReadingSize: Int) {
        self.maxBodySize = maxBodySize
        self.maxReadingSize = maxReadingSize
    }

    /// - Throws: `VisionAPIError.bodyTooLarge`, `.readingTooMuch`, or `BrokenConnection`.
    func read(_ request: Request) async throws -> ReadBody {
        if let announced = request.headers[.contentLength].flatMap(Int.init), announced > maxBodySize {
            throw VisionAPIError.bodyTooLarge(limit: maxBodySize)
        }
        var data = Data()
        defer { reading.add(-data.count) }
        do {
            for try await chunk in request.body {
                let count = chunk.readableBytes
                guard data.count + count <= maxBodySize else { throw VisionAPIError.bodyTooLarge(limit: maxBodySize) }
                data.append(contentsOf: chunk.readableBytesView)
                guard reading.add(count) <= maxReadingSize else { throw VisionAPIError.readingTooMuch }
            }
        } catch let error as VisionAPIError {
            throw error
        } catch {
            throw BrokenConnection(reason: error)
        }
        return ReadBody(data)
    }
}

/// The bytes of all bodies that are being read.
private final class ReadingSize: Sendable {
    private let bytes = Atomic(0)

    @discardableResult
    func add(_ count: Int) -> Int {
        bytes.add(count, ordering: .relaxed).newValue
    }
}

/// A body that whoever needs it takes away, so that it does not stay in memory for as long as its request waits.
final class ReadBody: Sendable {
    let count: Int
    private let data: Mutex<Data>

    init(_ data: Data) {
        count = data.count
        self.data = Mutex(data)
    }

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
