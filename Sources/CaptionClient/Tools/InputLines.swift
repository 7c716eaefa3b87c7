import Foundation

/// The lines of a file that is read as it grows, such as standard input, on a thread of their own.
package struct InputLines: AsyncSequence, Sendable {
    package typealias Element = [UInt8]
    package typealias Failure = Never

    private let lines: AsyncStream<[UInt8]>

    /// A line that is longer is cut there, and so is no message.
    private static let maxLine = 96 << 20

    package init(_ descriptor: Int32) {
        let (lines, sink) = AsyncStream.makeStream(of: [UInt8].self)
        self.lines = lines
        Thread.detachNewThread {
            Self.read(descriptor) { sink.yield($0) }
            sink.finish()
        }
    }

    package func makeAsyncIterator() -> AsyncStream<[UInt8]>.Iterator { lines.makeAsyncIterator() }

    private static func read(_ descriptor: Int32, _ body: ([UInt8]) -> Void) {
        var buffer = [UInt8](repeating: 0, count: 64 << 10)
        var line: [UInt8] = []
        while true {
            let count = Foundation.read(descriptor, &buffer, buffer.count)
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { break }
            var rest = buffer[..<count]
            while let end = rest.firstIndex(of: UInt8(ascii: "\n")) {
                line += rest[..<end].prefix(maxLine - line.count)
                body(line)
                line = []
                rest = rest[(end + 1)...]
            }
            line += rest.prefix(maxLine - line.count)
        }
        if !line.isEmpty { body(line) }
    }
}
