import Foundation

/// What a body of `/process_image` is, as its `Content-Type` says; a query goes with what is no JSON.
enum BodyForm: Sendable, Equatable {
    case json
    /// multipart/form-data; `nil` where no boundary is named.
    case form(boundary: String?, query: String)
    /// An image file, all of it.
    case file(query: String)

    /// What nobody calls a form or an image is JSON, whatever it is called.
    init(contentType: String?, query: String?) {
        let type = HeaderParameters((contentType ?? "").utf8)
        switch type.value {
        case "multipart/form-data": self = .form(boundary: type.parameters["boundary"], query: query ?? "")
        case "application/octet-stream": self = .file(query: query ?? "")
        default: self = type.value.hasPrefix("image/") ? .file(query: query ?? "") : .json
        }
    }

    /// Whether bytes that are called a file begin as JSON does, and no image: some programs call everything so.
    static func isJSON(_ data: Data) -> Bool {
        data.first { $0 != 0x20 && !(0x09...0x0D ~= $0) } == UInt8(ascii: "{")
    }
}
