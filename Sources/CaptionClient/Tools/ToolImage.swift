import Foundation
import ModelContext
import RawPreviews
import Transfers

/// The argument `image` of a tool: bytes of an image file in some spelling, or the path of one.
enum ToolImage {
    /// What stands between the quotes of a JSON string.
    case text([UInt8])
    case file(Data)

    /// A path is no longer than that, escapes and all; base64 of an image is no shorter than `minBase64`.
    private static let maxPath = 6 * 4096
    private static let minBase64 = 64

    /// - Parameter text: What stands between the quotes of a JSON string.
    /// - Throws: `ClientError`.
    init(_ text: [UInt8], _ folders: AllowedFolders) throws(ClientError) {
        guard text.count <= Self.maxPath, let name = ToolArguments.text(text), !name.lowercased().hasPrefix("data:")
        else {
            self = .text(text)
            return
        }
        if folders.holds(name) {
            let bytes = try folders.file(name)
            // A RAW file is larger than what a server takes.
            let preview = FileKinds.hasPreview(FileName(name)) ? RawPreview(Array(bytes))?.file : nil
            self = .file(preview.map { Data($0) } ?? bytes)
        } else if !folders.isEmpty, Self.isAddress(name) {
            throw .notFetched
        } else if Self.isPath(name) {
            throw folders.isEmpty ? ClientError.noRoots : ClientError.notAllowed(name)
        } else {
            self = .text(text)
        }
    }

    func body(_ question: CaptionQuery) throws -> RequestBody {
        switch self {
        case .text(let text): try RequestBody(question, image: text)
        case .file(let bytes): try RequestBody(question, image: bytes.base64EncodedString().utf8)
        }
    }

    private static func isAddress(_ name: String) -> Bool {
        let name = name.lowercased()
        return name.hasPrefix("http://") || name.hasPrefix("https://")
    }

    /// No base64 has a dot, a colon or a blank word in it, and none is that short.
    private static func isPath(_ name: String) -> Bool {
        name.utf8.count < minBase64 || name.contains { ".:\\~".contains($0) }
    }
}
