import Foundation
import JSONScanning

/// The JSON of a request's body.
struct JSONBody: ~Copyable {
    private var data: Data

    init(_ data: consuming Data) {
        self.data = data
    }

    /// Calls `read` with the text in UTF-8, in memory that it may write to; the memory goes when it returns.
    ///
    /// - Throws: `VisionAPIError.malformedJSON` for UTF-16 or UTF-32 that is none, or what `read` throws.
    consuming func withText<R>(_ read: (UnsafeMutableRawBufferPointer) throws -> R) throws -> R {
        guard let wide = data.withUnsafeBytes({ WideText($0).map { $0.utf8() } }) else {
            return try data.withUnsafeMutableBytes(read)
        }
        data = Data()
        guard var text = wide else { throw VisionAPIError.malformedJSON(.halfCharacter) }
        return try text.withUnsafeMutableBytes(read)
    }
}
