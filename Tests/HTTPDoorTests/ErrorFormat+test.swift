import HTTPDoor
import Hummingbird

extension ErrorFormat {
    /// `code: detail`
    static let codeAndDetail = ErrorFormat(contentType: "text/plain") {
        ByteBuffer(string: "\($0.code): \($0.detail)")
    }
}
