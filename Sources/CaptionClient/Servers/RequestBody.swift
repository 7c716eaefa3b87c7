import Foundation
import Transfers

extension RequestBody {
    /// A multiple of three, so that the pieces' base64 joins without padding between.
    private static let pieceSize = 3 << 16

    /// The JSON of a request, read from the image's file and encoded piece by piece. Of a RAW file its preview is sent,
    /// which is small.
    init(_ question: CaptionQuery, image: ImageFile) throws {
        if let preview = try image.preview() {
            try self.init(question, image: Data(preview).base64EncodedString().utf8)
            return
        }
        let head = Array(try question.head().utf8)
        let encoded = (Int(try image.stamp().size) + 2) / 3 * 4
        self.init(count: head.count + encoded + CaptionQuery.tail.utf8.count) {
            var file: FileHandle?
            var isDone = false
            return {
                if isDone { return nil }
                guard let file else {
                    file = try image.open()
                    return head
                }
                let bytes = try Self.read(Self.pieceSize, from: file)
                isDone = bytes.count < Self.pieceSize
                return Array((bytes.base64EncodedString() + (isDone ? CaptionQuery.tail : "")).utf8)
            }
        }
    }

    /// The JSON of a request whose image is text already.
    ///
    /// - Parameter image: What stands between the quotes of a JSON string: base64, or a `data:` URL.
    init(_ question: CaptionQuery, image: some Sequence<UInt8>) throws {
        self.init(Array(try question.head().utf8) + image + Array(CaptionQuery.tail.utf8))
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
