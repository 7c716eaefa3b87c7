import Foundation
import NIOCore

/// The JSON of a request, read from the picture's file and encoded piece by piece: a large file takes no more memory than
/// a small one.
struct RequestBody: AsyncSequence, Sendable {
    let head: String
    let picture: PictureFile
    /// Bytes of the whole body.
    let length: Int64

    /// A multiple of three, so that the pieces' base64 joins without padding between.
    private static let pieceSize = 3 << 16

    init(_ question: Question, picture: PictureFile) throws {
        head = try question.head()
        self.picture = picture
        let size = Int64(try picture.stamp().size)
        length = Int64(head.utf8.count) + (size + 2) / 3 * 4 + Int64(Question.tail.utf8.count)
    }

    func makeAsyncIterator() -> Iterator {
        Iterator(body: self)
    }

    struct Iterator: AsyncIteratorProtocol {
        let body: RequestBody
        private var file: FileHandle?
        private var isDone = false

        init(body: RequestBody) {
            self.body = body
        }

        mutating func next() async throws -> ByteBuffer? {
            if isDone { return nil }
            guard let file else {
                file = try body.picture.open()
                return ByteBuffer(string: body.head)
            }
            let bytes = try Self.read(pieceSize, from: file)
            if bytes.count < pieceSize { isDone = true }
            return ByteBuffer(string: bytes.base64EncodedString() + (isDone ? Question.tail : ""))
        }

        /// Reads until there are `count` bytes or the file ends: a network file system may give less at once.
        private static func read(_ count: Int, from file: FileHandle) throws -> Data {
            var bytes = Data()
            while bytes.count < count, let more = try file.read(upToCount: count - bytes.count), !more.isEmpty {
                bytes += more
            }
            return bytes
        }
    }
}
